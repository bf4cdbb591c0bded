"""Documents of an application, by reference and hash."""
