"""Classes counted, and the latest of each."""
