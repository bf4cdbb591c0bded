"""What stands of facilities and agreements counted: maturity, roadmaps, incubators, coverage."""
