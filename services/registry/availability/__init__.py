"""Which spaces are open and free at wanted times, over many facilities. Owns no table."""
