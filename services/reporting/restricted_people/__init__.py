"""People whose data may not be processed, as enrollment tells it. Owns restricted_person."""
