"""Instructors: persons, seen within the caller's scope only. Owns table registry.instructor."""
