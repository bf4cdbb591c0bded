"""Snapshots: the figures of a period frozen, hashed and signed, published. Owns snapshot*."""
