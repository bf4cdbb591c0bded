"""Processes, the embedded launcher, the command line, and the tools that run the pilot."""
