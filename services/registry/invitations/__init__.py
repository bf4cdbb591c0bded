"""How people without a grant get one: a code from the office, a claim, an approval. Owns codes."""
