"""Boundaries of provinces and regencies: official ones where loaded. Owns area_boundary."""
