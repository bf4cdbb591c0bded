"""The copy of all that is kept of a person, in all services, for that person. Owns access_copy."""
