"""Verification of a certificate by anybody who holds its number; says nothing of any other."""
