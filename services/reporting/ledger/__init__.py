"""The ledger: every foldable event, each once, and every fact put together."""
