"""What reporting keeps of a person, told to enrollment, and its erasure. Owns no table."""
