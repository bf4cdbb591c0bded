"""Indicators of use: hours open, booked and used, and idle hours put to use."""
