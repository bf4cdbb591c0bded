"""Targets: what was promised, by whom and by when, and how far it has come. Owns table target."""
