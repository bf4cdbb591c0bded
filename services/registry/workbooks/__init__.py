"""Templates to fill in, and files given back with a verdict on every row. Owns no table."""
