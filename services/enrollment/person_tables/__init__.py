"""Which tables name a person, and what becomes of their rows once the person is erased."""
