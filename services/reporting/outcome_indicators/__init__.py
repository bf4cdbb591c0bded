"""Indicators of what became of people."""
