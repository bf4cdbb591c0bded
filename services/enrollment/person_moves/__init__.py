"""All that a person has goes over to the person he was merged into; owns no table."""
