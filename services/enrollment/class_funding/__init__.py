"""Who pays for a class, from which budget and how much. Owns table enrollment.class_funding."""
