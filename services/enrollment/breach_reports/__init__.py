"""Whose data were read or changed in a breach, found out from the audit. Owns breach_*."""
