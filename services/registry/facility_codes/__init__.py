"""Codes of facilities in other registers and offices. Owns table registry.facility_code."""
