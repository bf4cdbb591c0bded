"""Enrollments: claims for seats, waitlists, and what becomes of a seat."""
