"""What instructors are engaged for, hour by hour. Owns tables engagement and engagement_slot."""
