"""Transfers: somebody moves from one class of a programme to another, in one step."""
