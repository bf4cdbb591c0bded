"""How facilities stood over time. Reads table registry.facility_period."""
