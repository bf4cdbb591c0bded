"""Amounts of income are erased once nobody needs them; whether they rose stays. Owns no table."""
