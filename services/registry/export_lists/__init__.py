"""Which lists of the registry are exported, and by which reading rule. Owns no table."""
