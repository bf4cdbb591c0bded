"""What a class takes, all or nothing: its space and its instructors. Owns no table."""
