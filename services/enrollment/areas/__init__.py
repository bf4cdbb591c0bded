"""A read copy of the registry's area codes."""
