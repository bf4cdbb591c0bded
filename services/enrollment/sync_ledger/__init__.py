"""The ledger of sync: which changes of which device were judged, and how. Owns sync_change."""
