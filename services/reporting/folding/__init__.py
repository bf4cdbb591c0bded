"""What facts, rollups and kept rows are, and which generation of them is live."""
