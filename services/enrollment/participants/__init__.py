"""People, as far as the programme may know them."""
