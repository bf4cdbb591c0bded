"""What a change can be proposed of, and how each kind is read and changed."""
