"""What forbids the erasure of a person for a while: an audit, a dispute. Owns legal_hold."""
