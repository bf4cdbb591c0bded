"""Sync: what a device did without a network is told later, in bulk, with a verdict on each."""
