"""Contacts proved by a code that is sent to them. Owns table enrollment.contact_code."""
