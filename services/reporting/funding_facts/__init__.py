"""The money of classes counted."""
