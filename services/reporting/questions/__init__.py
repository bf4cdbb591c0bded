"""Questions: what is asked of a report, read from an address and refused with a suggestion."""
