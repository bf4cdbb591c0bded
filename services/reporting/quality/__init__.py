"""Data quality: impossible dates, missing outcomes, silent or late centres, pairs to look at."""
