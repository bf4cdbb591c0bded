"""People and the events about them, written as COPY reads them. Owns no table."""
