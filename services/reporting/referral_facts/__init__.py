"""Referrals after training counted."""
