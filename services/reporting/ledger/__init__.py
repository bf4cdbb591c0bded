"""The ledger and what is folded from it. Owns the ledger, the cubes and the latest states."""
