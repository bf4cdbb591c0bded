"""Which facilities an agreement covers, since and until when, and which none covers.

Changes registry.agreement_facility, which agreements owns.
"""
