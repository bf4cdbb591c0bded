"""Training certificates: issued by a job, downloaded, revoked and issued anew."""
