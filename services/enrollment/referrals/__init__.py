"""Referrals after training: asked for, agreed to, decided, their outcome. Owns table referral."""
