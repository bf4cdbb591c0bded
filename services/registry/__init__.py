"""The registry: who may train, where, in which rooms, under which agreement, with what and by whom.

Owns areas (Kemendagri codes with validity), institutions, facilities and their spaces, agreements,
modules and instructors, in database and schema `registry`. Reading is nation-wide for whoever may
read the registry, because its facts are not personal; an instructor is a person and is seen within
the caller's scope only; every change is within the caller's scope.

Emits `registry.*` (shared.schemas.registry.Topic); facility events carry the cell before and after
so that figures can be folded from them. Consumes nothing. For enrollment it
checks what classes would use (POST /v1/class-checks) and gives it to them (PUT
/v1/class-reservations/{class_id}).
"""
