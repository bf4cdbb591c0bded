"""Applications for a place in a wave: drafts, choices, documents, and what became of them."""
