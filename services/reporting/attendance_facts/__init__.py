"""Attendance counted, by class."""
