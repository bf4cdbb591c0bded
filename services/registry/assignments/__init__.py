"""Who acts for whom. Owns assignments, which are the grants of callers whose tokens carry none."""
