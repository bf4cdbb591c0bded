"""Classes from a CSV file, planned by a job, with a verdict on every row."""
