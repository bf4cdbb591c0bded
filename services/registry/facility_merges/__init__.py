"""One facility is merged into another. Owns table registry.facility_merge."""
