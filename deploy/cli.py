"""The command `balai`."""


def main() -> None:
    """Run the command line."""
