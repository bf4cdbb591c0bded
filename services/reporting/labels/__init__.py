"""Labels: what the values of dimensions are called, in two languages."""
