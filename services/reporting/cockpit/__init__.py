"""The hour of the start as it happens: one reading a process, told to everybody who listens."""
