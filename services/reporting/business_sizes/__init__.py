"""Size classes of businesses, and whether one has risen (naik kelas). Owns no table."""
