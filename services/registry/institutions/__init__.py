"""Institutions that own or accompany facilities, or sign agreements. Owns registry.institution."""
