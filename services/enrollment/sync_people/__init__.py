"""What a device tells later of people: who came, and what they applied for. Owns no table."""
