"""The national pilot: played from one seed through the public HTTP API, and nothing else."""
