"""Indicators of what stands: maturity, roadmaps, incubators, developments, agreements."""
