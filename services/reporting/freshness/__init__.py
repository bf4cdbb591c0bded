"""How fresh the figures are, kept in each process so that nobody has to ask the database."""
