"""Certificates follow a class whose facility was merged into another. Owns no table."""
