"""The history of each service's tables."""
