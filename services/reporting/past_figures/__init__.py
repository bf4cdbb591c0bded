"""Figures as they were known at a past moment: whole days, and that day's ledger folded anew."""
