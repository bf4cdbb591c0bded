"""Programmes and waves by name, as enrollment published them."""
