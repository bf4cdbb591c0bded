"""Public draws: what a stranger needs to repeat the draw of a wave. Owns no table."""
