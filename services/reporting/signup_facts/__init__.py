"""Sign-ups by the minute: claims of a place and applications as they came."""
