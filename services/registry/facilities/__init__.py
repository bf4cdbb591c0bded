"""Facilities: who may train, and where. Owns table registry.facility."""
