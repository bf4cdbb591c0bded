"""Facilities counted; the present name and place of each, and what was merged."""
