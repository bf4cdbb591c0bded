"""Completions: who has passed by the programme's rule and why, followed or decided against."""
