"""How long what is kept, and the erasure of what was kept long enough. Owns retention_run."""
