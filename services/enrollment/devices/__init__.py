"""Devices: the phones that work without a network; one that is lost is revoked and wiped."""
