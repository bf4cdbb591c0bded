"""Baselines: published figures that later ones are held against. Owns baseline*."""
