"""Files that callers send."""
