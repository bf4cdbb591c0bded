"""Attendance: the roll call of each session, its corrections, and who has attended enough."""
