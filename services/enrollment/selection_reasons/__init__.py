"""Reasons: why a person got a place or none, told to him and to staff. Owns no table."""
