"""A key per person, by whose destruction what is sealed under it is erased. Owns person_key."""
