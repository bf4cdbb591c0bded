"""The chain MoU > PKS > plan, up and down from any of its agreements. Owns no table."""
