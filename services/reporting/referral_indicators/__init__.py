"""Indicators of referrals after training."""
