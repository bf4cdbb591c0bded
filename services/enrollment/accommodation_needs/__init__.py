"""What people need to take part, sealed under their own keys. Owns accommodation_need."""
