"""Who answers for a minor, and consents to the seat. Owns table enrollment.guardian."""
