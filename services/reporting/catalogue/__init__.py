"""The catalogue: every report that there is."""
