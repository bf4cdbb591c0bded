"""Enrollment: who is trained, and in which seat.

Owns programmes, waves and classes; participants with their sealed NIK; enrollments, waitlists and
openings; and a read copy of the area codes, so that people register while the registry is down.
Emits `enrollment.program.*`, `enrollment.wave.*`, `enrollment.class.*`,
`enrollment.participant.registered` and `enrollment.enrollment.*`.
Consumes `registry.areas.imported`, `registry.areas.changed` and `registry.assignment.*`, which say
who may act for whom. Asks the registry over HTTP only when a class is planned or dropped.
"""
