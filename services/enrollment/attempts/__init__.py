"""How often somebody has tried: the limit of what a stranger may guess."""
