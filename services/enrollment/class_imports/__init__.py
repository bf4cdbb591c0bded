"""Classes from a CSV or XLSX file, planned by a job, with a verdict on every row."""
