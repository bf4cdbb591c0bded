"""What a class would use, checked in one go for enrollment. Owns no table."""
