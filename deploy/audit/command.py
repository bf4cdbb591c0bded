"""`balai audit`: re-count everything from the source tables, and say where anything differs."""

import asyncio
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from deploy.audit.checks import Finding, Snapshots, all_checks, run_check
from deploy.audit.counts import count_all
from deploy.audit.databases import NoDatabaseError, database_urls
from deploy.audit.figures import check_figures
from deploy.audit.quiet import NotQuietError, quiet_snapshots
from deploy.audit.reservations import check_reservations
from deploy.embedded.home import home_from_environment

_DEADLINE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit found."""

    counts: dict[str, int]
    findings: list[Finding]

    @property
    def differences(self) -> int:
        """How many things differ in all."""
        return sum(finding.differences for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """Return the report as `--json` writes it."""
        return {
            "differences": self.differences,
            "counts": self.counts,
            "checks": [asdict(finding) for finding in self.findings],
        }


async def audit(urls: dict[str, str], *, deadline_s: float = _DEADLINE_S) -> Report:
    """Return what every check finds at one moment, once reporting has folded every event.

    Raises:
        NotQuietError: when events keep coming until the deadline.
    """
    async with quiet_snapshots(urls, deadline_s=deadline_s) as snapshots:
        return await examine(snapshots)


async def examine(snapshots: Snapshots) -> Report:
    """Return what every check finds in these snapshots."""
    findings = [await run_check(check, snapshots) for check in all_checks()]
    findings += await check_reservations(snapshots)
    findings += await check_figures(snapshots)
    return Report(counts=await count_all(snapshots), findings=findings)


def show(report: Report, console: Console) -> None:
    """Print one line a check, the first differences, and the line that sums it up."""
    for finding in report.findings:
        mark = f"[red]{finding.differences:>6}[/]" if finding.differences else "[green]    ok[/]"
        console.print(
            f"{mark}  {escape(finding.name)} [dim]({finding.invariant};"
            f" {finding.checked:,} looked at)[/]",
            soft_wrap=True,
        )
        for example in finding.examples:
            console.print(f"        {example}", style="red", markup=False, soft_wrap=True)
    counted = ("facilities", "classes", "participants", "enrollments", "enrollment_events")
    sizes = ", ".join(
        f"{report.counts[name]:,} {name.replace('_', ' ')}"
        for name in counted
        if name in report.counts
    )
    console.print(f"counted: {sizes}", soft_wrap=True)
    console.print(f"audit: {report.differences} differences", soft_wrap=True)


def run(json_file: Path | None = None) -> int:
    """Audit the stack that this home or the environment names; return 1 when anything differs."""
    console = Console(highlight=False)
    try:
        report = asyncio.run(audit(database_urls(home_from_environment().root)))
    except (NoDatabaseError, NotQuietError) as error:
        Console(stderr=True).print(f"audit: not done. {error}", markup=False, soft_wrap=True)
        return 2
    show(report, console)
    if json_file is not None:
        json_file.write_text(json.dumps(report.as_json(), indent=1))
    return 1 if report.differences else 0
