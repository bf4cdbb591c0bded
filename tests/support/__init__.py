"""What the tests stand on: throw-away servers, keys, applications in process."""
