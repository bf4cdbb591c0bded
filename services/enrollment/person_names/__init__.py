"""Names of people as they are compared: degrees, titles and spellings taken out. Owns no table."""
