"""Businesses of people over time, and their size classes. Owns table participant_business."""
