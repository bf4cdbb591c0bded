"""People who may be one and the same, found as they are written. Owns participant_duplicate."""
