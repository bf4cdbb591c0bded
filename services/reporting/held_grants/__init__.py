"""What the registry's assignments let people do here; a copy, brought by its events."""
