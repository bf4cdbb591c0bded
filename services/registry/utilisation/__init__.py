"""How much of their hours spaces are used, and by whom. Owns no table."""
