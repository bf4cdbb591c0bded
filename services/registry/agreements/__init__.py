"""MoU and PKS: who agreed on what, which facilities it covers. Owns registry.agreement*."""
