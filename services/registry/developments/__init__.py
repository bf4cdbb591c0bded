"""Grants to build a community centre, from the proposal to the accounts (LPJ).

Owns registry.development and registry.development_step.
"""
