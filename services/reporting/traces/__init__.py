"""Traces: from a figure to what makes it up and the events that say so. Owns no table."""
