"""Answers: what was read last, kept while nothing is folded, and shared by all who ask."""
