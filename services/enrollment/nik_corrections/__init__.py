"""A NIK, birth date or sex put right with evidence. Owns table enrollment.nik_correction."""
