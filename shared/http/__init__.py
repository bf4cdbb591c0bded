"""Outgoing HTTP: clients of other services, and the tokens that they show."""
