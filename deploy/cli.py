# ruff: noqa: PLC0415 - a command imports what it runs, so that `balai --help` stays quick
"""The command `balai`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.problems import CommandError

app = typer.Typer(
    name="balai",
    help="Start, fill, look at and check the back end of the shared entrepreneurship training.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
import_app = typer.Typer(help="Load lists from files.", no_args_is_help=True)
app.add_typer(import_app, name="import")

JsonFile = Annotated[
    Path | None, typer.Option("--json", help="Write the result to this file, too.", metavar="FILE")
]
Applicants = Annotated[int, typer.Option(min=50, help="People who apply.")]
Classes = Annotated[int, typer.Option(min=5, help="Classes that are planned.")]
Validate = Annotated[
    bool, typer.Option("--validate", help="Only say what would become of each row.")
]
Seed = Annotated[int, typer.Option(min=0, help="The same seed makes the same people.")]


@app.command(epilog="Example: [bold]balai up --pilot --port-base 18080[/]")
def up(
    *,
    pilot: Annotated[bool, typer.Option("--pilot", help="Play the pilot and audit it.")] = False,
    applicants: Applicants = 2500,
    classes: Classes = 63,
    seed: Seed = 1,
    run_as: Annotated[
        str | None, typer.Option(help="User of the servers, when root starts them.", metavar="USER")
    ] = None,
    port_base: Annotated[
        int | None, typer.Option(help="First of six ports; else BALAI_PORT_BASE or 8080.")
    ] = None,
    until_audited: Annotated[
        bool, typer.Option("--until-audited", help="Stop after the audit instead of staying.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show every line of every process.")
    ] = False,
) -> None:
    """Start PostgreSQL, Valkey, Caddy, three services and three workers, and stay until Ctrl-C."""
    from deploy.commands.up import PilotSize, UpOptions, run

    size = PilotSize(applicants, classes, seed) if pilot or until_audited else None
    _finish(run(UpOptions(size, run_as, port_base, until_audited, verbose)))


@app.command(epilog="Example: [bold]balai down[/]")
def down() -> None:
    """Stop the stack that runs from this home."""
    from deploy.commands.down import run

    _finish(run())


@app.command(epilog="Example: [bold]balai status --json[/]")
def status(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell what runs and whether it is ready; exit 1 when something is not."""
    from deploy.commands.status import run

    _finish(run(as_json=as_json))


@app.command(epilog="Example: [bold]balai home[/]")
def home() -> None:
    """Print the folder that holds this stack's data."""
    from deploy.embedded.home import home_from_environment

    typer.echo(home_from_environment().root)


@app.command(epilog="Example: [bold]REGISTRY_DATABASE_URL=... balai migrate[/]")
def migrate() -> None:
    """Bring the databases up to date: of the running stack, or those that the environment names."""
    from deploy.commands.migrate import run

    _finish(run())


@app.command(epilog="Example: [bold]balai token --role REGIONAL_OFFICER --area 32[/]")
def token(
    *,
    role: Annotated[str | None, typer.Option(help="For example NATIONAL_ADMIN.")] = None,
    area: Annotated[list[str] | None, typer.Option(help="32 or 32.73; may be repeated.")] = None,
    ministry: Annotated[list[str] | None, typer.Option(help="For example MSME.")] = None,
    facility: Annotated[list[str] | None, typer.Option(help="Id of a facility.")] = None,
    person: Annotated[str | None, typer.Option(help="Id of a participant.")] = None,
    persona: Annotated[
        str | None, typer.Option(help="Somebody of the pilot by name; `list` shows them.")
    ] = None,
    subject: Annotated[
        str | None, typer.Option(help="A login that acts as the registry assigns it.")
    ] = None,
    lifetime: Annotated[int, typer.Option(min=1, help="Seconds until it expires.")] = 3600,
) -> None:
    """Print a token of the running demonstration, and nothing else."""
    from deploy.commands.token import TokenOptions, run

    options = TokenOptions(
        role,
        tuple(area or ()),
        tuple(ministry or ()),
        tuple(facility or ()),
        person,
        lifetime,
        subject,
    )
    _finish(run(options, persona=persona))


@import_app.command("areas", epilog="Example: [bold]balai import areas areas/villages.csv[/]")
def import_areas(
    files: Annotated[
        list[Path] | None, typer.Argument(help="CSV files, or a folder of them; else the shipped.")
    ] = None,
) -> None:
    """Load administrative areas; what is there already stays as it is."""
    from deploy.commands.imports import run_areas

    _finish(run_areas(files or []))


@import_app.command("facilities", epilog="Example: [bold]balai import facilities blk.csv[/]")
def import_facilities(
    files: Annotated[list[Path], typer.Argument(help="CSV files.")],
    *,
    validate: Validate = False,
) -> None:
    """Load facilities; prints what became of the rows that were refused."""
    from deploy.commands.imports import run_facilities

    _finish(run_facilities(files, validate=validate))


@import_app.command("classes", epilog="Example: [bold]balai import classes classes.csv[/]")
def import_classes(
    files: Annotated[list[Path], typer.Argument(help="CSV files.")],
    *,
    validate: Validate = False,
) -> None:
    """Plan classes; prints what became of the rows that were refused."""
    from deploy.commands.imports import run_classes

    _finish(run_classes(files, validate=validate))


@import_app.command("boundaries", epilog="Example: [bold]balai import boundaries big.geojson[/]")
def import_boundaries(
    file: Annotated[Path, typer.Argument(help="GeoJSON of provinces or of regencies.")],
    *,
    source: Annotated[
        str, typer.Option(help="Whose they are, and of when; else the name of the file.")
    ] = "",
    licence: Annotated[str, typer.Option(help="Under which they may be shown.")] = "",
) -> None:
    """Load official boundaries by Kemendagri code; the map then shows them, not its own."""
    from deploy.commands.imports import run_boundaries

    _finish(run_boundaries(file, source=source, licence=licence))


@app.command(epilog="Example: [bold]balai pilot --applicants 2500 --classes 63 --seed 1[/]")
def pilot(
    *,
    applicants: Applicants = 2500,
    classes: Classes = 63,
    seed: Seed = 1,
    json_file: JsonFile = None,
) -> None:
    """Play the pilot against the running stack; a finished one is not repeated."""
    from deploy.commands.tools import run_pilot

    _finish(run_pilot(applicants=applicants, classes=classes, seed=seed, json_file=json_file))


@app.command(epilog="Example: [bold]balai audit --json report.json[/]")
def audit(*, json_file: JsonFile = None) -> None:
    """Count everything again from the source tables; exit 1 on any difference."""
    from deploy.commands.tools import run_audit

    _finish(run_audit(json_file))


@app.command(epilog="Example: [bold]balai bench --json bench.json[/]")
def bench(
    *,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Only stack, enrollment, training, registry, import, search, reporting or flat;"
            " may be given again.",
            metavar="PART",
        ),
    ] = None,
    scale: Annotated[
        str, typer.Option(help="full, or small to try whether it works.", metavar="SCALE")
    ] = "full",
    rounds: Annotated[int, typer.Option(min=1, help="Rounds that the median is taken of.")] = 3,
    json_file: JsonFile = None,
) -> None:
    """Measure, in one interleaved run, the ratios that docs/measurements.md quotes."""
    from deploy.commands.tools import run_bench

    _finish(run_bench(json_file, only=only or (), scale=scale, rounds=rounds))


@app.command(epilog="Example: [bold]balai openapi --check[/]")
def openapi(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Only compare; exit 1 on a change.")
    ] = False,
) -> None:
    """Write services/*/openapi.json from the code."""
    from deploy.commands.openapi import run

    _finish(run(check=check))


def _finish(code: int) -> None:
    raise typer.Exit(code)


def main() -> None:
    """Run the command line; a problem that was foreseen is one sentence and exit code 1."""
    try:
        app()
    except CommandError as error:
        typer.secho(f"balai: {error}", err=True, fg="red" if sys.stderr.isatty() else None)
        sys.exit(1)


if __name__ == "__main__":
    main()
