"""Alarms: figures that differ from the ledger folded anew, until somebody says why. Owns alarm."""
