"""What other systems call a person, with look-up and upsert by it. Owns external_ref."""
