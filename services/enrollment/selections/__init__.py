"""Selections: commitment, frozen list, draw, four eyes, announcement. Owns selection*."""
