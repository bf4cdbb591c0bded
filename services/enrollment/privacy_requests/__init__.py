"""What people ask of their own data, each with its clock of 3x24 hours. Owns privacy_request."""
