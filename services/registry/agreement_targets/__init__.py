"""The numbers that an agreement promises, by when. Owns registry.agreement_target."""
