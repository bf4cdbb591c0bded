"""Logins that are bound to a person, once, and act as that person. Owns login_binding."""
