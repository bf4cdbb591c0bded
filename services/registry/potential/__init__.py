"""Local potential: what a regency makes best, whom its economy asks for, and who trains them."""
