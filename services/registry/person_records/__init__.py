"""What the registry keeps of a person, told to enrollment, and its erasure. Owns person_erasure."""
