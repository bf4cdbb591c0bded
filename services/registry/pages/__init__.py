"""Large pages of lists, built as JSON in PostgreSQL. Owns no table."""
