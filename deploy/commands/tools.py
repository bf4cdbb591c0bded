# ruff: noqa: PLC0415 - each of these loads a program of its own
"""`balai pilot`, `audit` and `bench`: the programs that play, re-count and measure."""

from collections.abc import Collection
from pathlib import Path

from deploy.embedded.environment import enter_environment
from deploy.embedded.home import home_from_environment
from deploy.problems import CommandError


def run_pilot(*, applicants: int, classes: int, seed: int, json_file: Path | None) -> int:
    """Play the pilot; return its exit code."""
    enter_environment(home_from_environment())
    from deploy.pilot.command import run

    return run(applicants=applicants, classes=classes, seed=seed, json_file=json_file)


def run_audit(json_file: Path | None) -> int:
    """Re-count everything; return 1 on any difference."""
    enter_environment(home_from_environment())
    from deploy.audit.command import run

    return run(json_file)


def run_bench(json_file: Path | None, *, only: Collection[str], scale: str, rounds: int) -> int:
    """Measure on a stack of the bench's own; return the exit code.

    Raises:
        CommandError: when there is no such part or scale.
    """
    from deploy.bench.command import Part, run
    from deploy.bench.pace import Scale

    for given, known in ((only, Part), ([scale], Scale)):
        for each in given:
            if each not in list(known):
                raise CommandError(f"{each} is none of {', '.join(known)}.")
    return run(json_file, only=[Part(each) for each in only], scale=Scale(scale), rounds=rounds)
