"""Waves: when one applies, and the hour at which all classes start."""
