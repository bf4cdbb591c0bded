"""People from a CSV or XLSX file, registered by a job, a verdict on every row. Owns no table."""
