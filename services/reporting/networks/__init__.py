"""Networks by name, and which facilities are in them over time, as the registry tells it."""
