"""Go or no-go of a wave, with the readiness that was seen. Owns enrollment.wave_decision."""
