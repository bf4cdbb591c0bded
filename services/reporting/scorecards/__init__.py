"""Scorecards: what a centre does with its rooms, its classes and its graduates. Owns no table."""
