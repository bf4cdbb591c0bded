"""Administrative areas of all four levels, with validity. Owns table registry.area."""
