"""What follows from an agreement ("aksi nyata"): who does what by when, and what proves it.

Owns registry.agreement_action.
"""
