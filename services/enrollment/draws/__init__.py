"""The draw, a pure function: tickets, ranks, places, and why somebody got none. Owns no table."""
