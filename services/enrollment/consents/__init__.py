"""What a person's data are used for and on which basis; consents given and withdrawn. No table."""
