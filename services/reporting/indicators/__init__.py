"""Indicators: what is counted and how it may be cut."""
