"""The review of people who may be one and the same: two after all, or one to be merged."""
