"""The end of facilities that somebody may have booked. Owns no table."""
