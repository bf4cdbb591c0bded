"""Previews: the draw of a wave is made, looked at and approved by somebody else. Owns no table."""
