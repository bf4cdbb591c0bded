"""What people are told of their places, and the log of it."""
