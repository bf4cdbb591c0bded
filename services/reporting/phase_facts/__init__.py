"""Phases of programmes as enrollment tells them: when a pilot begins and ends."""
