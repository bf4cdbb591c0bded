"""What tells of the quality of data: when openings were told, and pairs that may be one."""
