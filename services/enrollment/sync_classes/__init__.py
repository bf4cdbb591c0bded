"""What a device tells later of classes: openings, roll calls, tests, ends. Owns no table."""
