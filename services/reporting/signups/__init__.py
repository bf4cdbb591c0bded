"""How fast people sign up: by the minute, the busiest minute, and at this moment."""
