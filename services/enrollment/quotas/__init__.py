"""Quotas of a wave: seats kept for, or at most given to, a group of people. Owns wave_quota."""
