"""Selection criteria of a wave: what is scored, and how much it weighs. Owns selection_criteria."""
