"""Accreditations and licences of facilities. Owns table registry.accreditation."""
