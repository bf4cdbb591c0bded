"""Whatever the registry keeps, from a file, with a verdict on every row. Owns no table."""
