"""Questionnaires of follow-ups, in versions. Owns table reporting.followup_instrument."""
