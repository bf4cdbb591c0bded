"""What somebody is referred to after training, checked for enrollment. Owns no table."""
