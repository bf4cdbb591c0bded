"""What programmes and waves are called now."""
