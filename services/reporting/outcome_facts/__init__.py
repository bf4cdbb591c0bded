"""Outcomes counted."""
