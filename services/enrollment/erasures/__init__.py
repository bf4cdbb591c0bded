"""Erasure: a person's key destroyed, the person's row made nobody's, in all services. No table."""
