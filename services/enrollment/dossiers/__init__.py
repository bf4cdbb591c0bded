"""The case file of one enrollment: what was decided, by whom, by which rules. Owns no table."""
