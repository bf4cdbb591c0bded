"""Changes of a planned class whose consequences are told before they happen. Owns no table."""
