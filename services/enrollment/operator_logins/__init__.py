"""Which facilities' operators have logged in. Owns table enrollment.operator_login."""
