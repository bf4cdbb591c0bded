"""Networks (jejaring): facilities over time under a steward, BLKK Eksyar under MES for one."""
