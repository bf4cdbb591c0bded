"""SQL: what every service's tables, transactions, events and jobs have in common."""
