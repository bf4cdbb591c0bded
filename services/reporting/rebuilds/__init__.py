"""Rebuilds: the ledger folded anew beside the live figures, compared cell by cell."""
