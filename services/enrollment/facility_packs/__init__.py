"""Packs: all that the head of a centre needs on a phone to call the roll without a network."""
