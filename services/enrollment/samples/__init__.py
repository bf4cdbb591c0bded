"""Samples: enrollments drawn by a seed, for auditors. Owns enrollment.sample, sample_member."""
