"""What rows of a file say of people, and what many say alike, judged once. Owns no table."""
