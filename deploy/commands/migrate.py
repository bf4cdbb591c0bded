"""`balai migrate`: bring the databases up to date."""

import os

from deploy.embedded.environment import enter_environment
from deploy.embedded.home import home_from_environment
from deploy.embedded.prepare import main


def run() -> int:
    """Apply what is missing in the databases of the stack; return the exit code."""
    enter_environment(home_from_environment())
    os.environ.setdefault("BALAI_MODE", "DEMO")
    return main()
