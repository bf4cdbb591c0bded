"""What becomes of spaces that others may have booked. Owns no table."""
