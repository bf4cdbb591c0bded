"""Referrals follow the facilities that are merged, on either side. Owns no table."""
