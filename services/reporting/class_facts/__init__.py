"""Classes counted."""
