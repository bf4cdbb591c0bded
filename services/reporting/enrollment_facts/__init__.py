"""Enrollments counted, and the latest of each."""
