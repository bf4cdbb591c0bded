"""The line around what a caller may change, the same for every feature of the registry."""
