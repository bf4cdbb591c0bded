"""The auditor: re-counts everything from the source tables, in plain SQL; imports no service."""
