"""Whom to ask at a facility: persons, read within scope. Owns registry.facility_contact."""
