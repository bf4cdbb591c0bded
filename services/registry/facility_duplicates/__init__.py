"""Facilities that may be one and the same. Owns table registry.facility_duplicate."""
