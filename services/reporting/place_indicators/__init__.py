"""Indicators of places."""
