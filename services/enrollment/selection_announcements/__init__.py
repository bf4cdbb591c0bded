"""Announcements: what was approved becomes places, class by class, at its hour. Owns no table."""
