"""What every import of rows has in common: a verdict for each row, kept with its effect."""
