"""What a selection gave to applications, written on them. Owns no table."""
