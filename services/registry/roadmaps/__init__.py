"""Roadmaps of community centres to self-reliance, from a national template. Owns roadmap*."""
