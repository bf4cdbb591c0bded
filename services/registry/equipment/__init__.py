"""Machines and tools of a facility, how many and how sound. Owns table registry.equipment."""
