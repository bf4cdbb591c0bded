"""The space of a class: held at once, confirmed or given up. Owns no table."""
