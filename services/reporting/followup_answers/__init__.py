"""The page on which somebody answers by a link, and its two calls. Owns no table."""
