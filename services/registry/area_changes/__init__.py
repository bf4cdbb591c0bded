"""Decrees that change areas, and what stands on the codes. Owns table registry.area_work_item."""
