"""How many a facility takes at a time of the day. Owns table registry.facility_shift."""
