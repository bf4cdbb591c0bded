"""When facilities are open. Owns registry.opening_hours, closed_day and national_closed_day."""
