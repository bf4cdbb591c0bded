"""Certificates counted, of training and of competence."""
