"""Openings: a class starts, with a roll call, and ends; or it is called off."""
