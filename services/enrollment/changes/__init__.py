"""Changes: what has changed of the classes that a device holds, and what it is to forget."""
