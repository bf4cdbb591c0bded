"""Under which id a person goes who was merged into another. Owns table merged_participant."""
