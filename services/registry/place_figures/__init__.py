"""What figures count of places, told anew when it has changed. Owns table registry.told_figures."""
