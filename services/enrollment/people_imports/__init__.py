"""Files about people: sealed while they wait, read a piece at a time. Owns upload_key and _part."""
