"""Who uses which space when. Owns tables registry.booking and booking_slot."""
