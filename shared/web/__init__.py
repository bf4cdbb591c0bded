"""Incoming HTTP: who calls, one transaction a request, pages, problems, and the application."""
