"""Facilities counted."""
