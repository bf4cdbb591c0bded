"""What is known of two people who are one, of both that holds; owns no table."""
