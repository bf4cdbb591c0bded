"""Curricula in versions. Owns table registry.module."""
