"""The bench: every figure of the speed bars as a ratio, measured in one interleaved run."""
