"""Scores of applications, criterion by criterion, and what they were before. Owns score*."""
