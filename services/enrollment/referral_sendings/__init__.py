"""What of a referral asks the registry: proposing, sending, concluding, its hours. No table."""
