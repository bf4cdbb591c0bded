"""Which institution is what to a facility, and when: owner, host, partner, funder, who hires."""
