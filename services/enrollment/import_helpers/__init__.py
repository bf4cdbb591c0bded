"""A process beside the worker that makes the rows of a file ready while others are written."""
