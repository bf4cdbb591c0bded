"""Overlaps: who holds places of several programmes or waves that overlap. Owns no table."""
