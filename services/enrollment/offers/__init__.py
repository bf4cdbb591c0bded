"""Offers: seats that are held until somebody confirms or declines, or the deadline passes."""
