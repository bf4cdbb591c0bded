"""Changes that an office proposes and another decides. Owns table registry.proposal."""
