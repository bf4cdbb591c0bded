"""Attendance sheets: what was said of each person at each session of a class."""
