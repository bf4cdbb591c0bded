"""Assessments: tests before and after, units of competence, remedials, and what was corrected."""
