"""The hours of a production house that a referral has: held, confirmed, given up. Owns no table."""
