"""Choices follow a facility that was merged into another. Owns no table."""
