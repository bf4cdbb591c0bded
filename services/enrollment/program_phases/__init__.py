"""Phases of a programme, from its preparation to its evaluation. Owns enrollment.program_phase."""
