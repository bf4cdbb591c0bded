"""How far the registry's log has come, kept in each process so that a 304 asks no database."""
