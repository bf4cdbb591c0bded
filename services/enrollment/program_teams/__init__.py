"""Who does what in a programme for each ministry. Owns table enrollment.program_team_member."""
