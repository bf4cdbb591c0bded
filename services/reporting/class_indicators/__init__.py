"""Indicators of what classes take: attendance and money."""
