"""Whether the classes of a wave are ready to start, and what is missing. Owns no table."""
