"""The minister's sheet: one printed page of a snapshot, in two languages, without a script."""
