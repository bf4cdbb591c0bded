"""Restriction: data that are kept and not used, until a handler lifts it. Owns no table."""
