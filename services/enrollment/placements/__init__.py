"""Placements: whom a selection has chosen gets a seat or a place in line. Owns no table."""
