"""`balai import`: send files to the services and follow what becomes of them."""

import hashlib
import os
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.commands.token import admin_token
from deploy.embedded.environment import enter_environment
from deploy.embedded.home import home_from_environment
from deploy.problems import CommandError

# From the top: a list may only name parents that are there.
_AREA_FILES: Final = ("provinces.csv", "regencies.csv", "districts.csv", "villages.csv")
_ASK_EVERY_S: Final = 0.3
_ENDED: Final = ("SUCCEEDED", "FAILED", "CANCELLED")
_SHOWN_VERDICTS: Final = 20
_TIMEOUT: Final = httpx.Timeout(60, connect=5)


@dataclass(frozen=True, slots=True)
class Upload:
    """One list and where it goes."""

    name: str
    service: str
    route: str
    content: bytes = b""
    media_type: str = "text/csv"

    @property
    def digest(self) -> str:
        """What is sent and where to, as a short text."""
        return hashlib.sha256(self.route.encode() + self.content).hexdigest()[:32]


SHIPPED_AREAS: Final = Upload("areas", "registry", "area-imports?source=SHIPPED")


def run_areas(files: Sequence[Path]) -> int:
    """Load lists of areas, the shipped one when none is named; return 1 when a row is refused."""
    paths = area_files(files)
    return _run([_upload(p, "registry", "area-imports") for p in paths] or [SHIPPED_AREAS])


def run_facilities(files: Sequence[Path], *, validate: bool) -> int:
    """Load facilities, or only judge them; return 1 when a row is refused."""
    route = f"facility-imports?mode={'validate' if validate else 'commit'}"
    return _run([_upload(path, "registry", route) for path in files])


def run_classes(files: Sequence[Path], *, validate: bool) -> int:
    """Plan classes, or only judge them; return 1 when a row is refused."""
    route = f"class-imports?mode={'validate' if validate else 'commit'}"
    return _run([_upload(path, "enrollment", route) for path in files])


def run_boundaries(file: Path, *, source: str, licence: str) -> int:
    """Load official boundaries of a level; return 1 when a feature is refused."""
    said = urlencode({"source": source or file.name, "licence": licence})
    upload = _upload(file, "reporting", f"boundary-imports?{said}")
    return _run([replace(upload, media_type="application/geo+json")])


def area_files(named: Sequence[Path]) -> list[Path]:
    """Return the files to send, those of a folder from the highest level to the lowest."""
    files: list[Path] = []
    for path in named:
        inside = [path / name for name in _AREA_FILES if (path / name).exists()]
        files += inside if path.is_dir() else [path]
    return files


def api_client() -> httpx.Client:
    """Return a client of the running stack that may load reference data."""
    return httpx.Client(
        base_url=os.environ["PUBLIC_URL"],
        headers={"Authorization": f"Bearer {admin_token()}", "Accept-Language": "en"},
        timeout=_TIMEOUT,
    )


def progress_bars(console: Console) -> Progress:
    """Return the bars that show how far jobs have come."""
    columns = (TextColumn("{task.description:<18}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console)


def send(client: httpx.Client, upload: Upload, progress: Progress) -> dict[str, Any]:
    """Send a list, follow its job to the end and return that.

    The key is made from what is sent: sent again while its job runs, a list is not loaded twice.
    A job that has ended is not brought back by its key, so that a list can be tried again.

    Raises:
        CommandError: when the service refuses the list or its job fails.
    """
    task = progress.add_task(upload.name, total=None)
    job, replayed = _post(client, upload, key=f"import-{upload.digest}")
    if replayed and job["status"] in _ENDED:
        job, _ = _post(client, upload, key=f"import-{upload.digest}-{secrets.token_hex(4)}")
    for job in _follow(client, f"/{upload.service}/v1/jobs/{job['id']}"):  # noqa: B020 - the same job, later
        done = job["progress"]
        progress.update(task, completed=done["done"], total=done["total"])
    if job["status"] != "SUCCEEDED":
        raise CommandError(f"{upload.name}: the import ended as {job['status']}: {job['error']}")
    return job


def ask(
    client: httpx.Client,
    method: str,
    address: str,
    *,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return what a service answers.

    Raises:
        CommandError: when it does not answer, or refuses.
    """
    answer = _request(client, method, address, content=content, headers=headers)
    body: dict[str, Any] = answer.json()
    return body


def _request(
    client: httpx.Client,
    method: str,
    address: str,
    *,
    content: bytes | None,
    headers: Mapping[str, str] | None,
) -> httpx.Response:
    try:
        answer = client.request(method, address, content=content, headers=headers)
    except httpx.TransportError as error:
        raise CommandError(f"{client.base_url} does not answer: {error}") from None
    if answer.is_error:
        problem = answer.json()
        raise CommandError(f"{method} {address}: {problem.get('code')}: {problem.get('detail')}")
    return answer


def _upload(path: Path, service: str, route: str) -> Upload:
    try:
        return Upload(path.name, service, route, path.read_bytes())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None


def _run(uploads: Sequence[Upload]) -> int:
    enter_environment(home_from_environment())
    console = Console(highlight=False)
    refused = 0
    with api_client() as client, progress_bars(console) as progress:
        for upload in uploads:
            job = send(client, upload, progress)
            refused += _tell(client, upload, job, console)
    return 1 if refused else 0


def _post(client: httpx.Client, upload: Upload, *, key: str) -> tuple[dict[str, Any], bool]:
    """Return the job as it stands now, and whether an earlier request has begun it."""
    headers = {"Content-Type": upload.media_type, "Idempotency-Key": key}
    address = f"/{upload.service}/v1/{upload.route}"
    answer = _request(client, "POST", address, content=upload.content, headers=headers)
    job = ask(client, "GET", f"/{upload.service}/v1/jobs/{answer.json()['id']}")
    return job, answer.headers.get("Idempotency-Replayed") == "true"


def _follow(client: httpx.Client, address: str) -> Iterator[dict[str, Any]]:
    """Yield a job each time it is asked for, until it has ended."""
    while True:
        job = ask(client, "GET", address)
        yield job
        if job["status"] in _ENDED:
            return
        time.sleep(_ASK_EVERY_S)


def _tell(client: httpx.Client, upload: Upload, job: dict[str, Any], console: Console) -> int:
    """Print what became of the rows; return how many were refused."""
    counts = {name.lower(): int(number) for name, number in (job["result"] or {}).items()}
    told = ", ".join(f"{number:,} {name}" for name, number in counts.items() if number)
    console.print(f"{upload.name}: {told or 'nothing to do'}", markup=False)
    refused = counts.get("refused", 0)
    if refused:
        _tell_refusals(client, f"/{upload.service}/v1/jobs/{job['id']}/rows?limit=200", console)
    return refused


def _tell_refusals(client: httpx.Client, address: str | None, console: Console) -> None:
    """Print the first rows that were refused, page after page of all verdicts."""
    left = _SHOWN_VERDICTS
    while address and left:
        page = ask(client, "GET", address)
        for row in [row for row in page["items"] if row["verdict"] == "REFUSED"][:left]:
            console.print(f"  row {row['row']}: {row['code']}: {row['detail']}", markup=False)
            left -= 1
        address = page["next"]
