"""How planned classes stand at this moment, for enrollment, many at a time. Owns no table."""
