"""Attendance of a class from a file, with a verdict on every row."""
