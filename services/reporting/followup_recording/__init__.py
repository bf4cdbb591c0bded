"""Answers that are recorded by whoever has logged in. Owns no table."""
