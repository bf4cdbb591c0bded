"""Classes: one group in one space, planned with what the registry has found in order."""
