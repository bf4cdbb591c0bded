"""Facilities and their spaces from a file, a verdict for each row. Owns no table."""
