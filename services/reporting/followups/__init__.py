"""Follow-ups: what became of somebody 3, 6 and 12 months after. Owns table reporting.followup."""
