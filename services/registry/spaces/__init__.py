"""Bookable rooms, workshops and production lines. Owns table registry.space."""
