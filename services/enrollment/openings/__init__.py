"""Openings: a class reports that it has started, who is there, and how it ended."""
