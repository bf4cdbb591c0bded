"""Work outside of requests: jobs, and readers of other services' events."""
