"""Applications on paper from a CSV or XLSX file, with a verdict on every row. Owns no table."""
