"""When a class is asked: 3, 6, 12 months after it. Owns followup_cohort and followup_plan."""
