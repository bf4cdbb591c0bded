"""What the registry knows of the caller, and how he claims an invitation."""
