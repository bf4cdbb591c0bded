"""What every service stands on: HTTP, SQL and queues, but no facility and no participant."""
