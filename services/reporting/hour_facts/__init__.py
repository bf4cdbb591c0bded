"""Minutes of spaces counted: open, booked, used, and by which ministry."""
