"""The end of agreements under which classes may be planned. Owns no table."""
