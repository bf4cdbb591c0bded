"""Indicators of people on their way: progress, the opening, the funnel."""
