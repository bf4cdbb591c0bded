"""Published tables: a closed list for everybody, computed once and kept. Owns published_edition."""
