"""Two people who are one become one. Owns table participant_merge."""
