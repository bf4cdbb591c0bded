"""The quotas that a wave has: who sets them, until when, and how far they are used up."""
