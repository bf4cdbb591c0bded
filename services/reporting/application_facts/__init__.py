"""Applications counted."""
