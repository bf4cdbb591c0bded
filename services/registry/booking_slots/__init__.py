"""Whether the single slots of bookings were used, and when a space is taken. Owns no table."""
