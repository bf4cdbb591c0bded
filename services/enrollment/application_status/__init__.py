"""What is asked by code and birth date, with no login: a status, or a draft. Owns no table."""
