"""Programmes: whom they are for, and how large a class is."""
