"""Targets that agreements and hiring partners state, by event. Owns no table."""
