"""Certificates of competence that an LSP has issued: recorded here, looked at by an office."""
