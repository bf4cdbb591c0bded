"""Maturity of community centres: national criteria and yearly assessments. Owns maturity*."""
