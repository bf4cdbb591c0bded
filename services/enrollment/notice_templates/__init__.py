"""The wording of notices, in versions and two languages; the texts stand in templates.toml."""
