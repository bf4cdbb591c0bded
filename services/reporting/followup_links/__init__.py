"""Links by which somebody answers without a login. Owns followup_link and followup_token."""
