"""The page for people who would rather look than read, and the official sheet on one page."""
