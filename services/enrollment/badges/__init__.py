"""Badges: a training certificate as an Open Badges 3.0 credential that programs can verify."""
