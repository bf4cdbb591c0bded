"""What the records of a facility have in common: columns, documents, regions. Owns no table."""
