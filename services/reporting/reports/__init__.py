"""Reports: what is counted, how it may be cut, and who may see it."""
