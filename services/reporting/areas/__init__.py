"""Provinces and regencies by name, and which area an old code is today, as the registry says."""
