"""Chapter one: agreements cover facilities, a module is written, instructors are found."""

import asyncio
import csv
import io
from pathlib import Path
from typing import Any, Final

from deploy.pilot.agreements import sign_chain
from deploy.pilot.centers import (
    Center,
    PlannedClass,
    centers_of,
    classes_of,
    drawn_classes_of,
)
from deploy.pilot.heads import invite_head
from deploy.pilot.lending import state_hours
from deploy.pilot.names import SYNTHETIC, person_name
from deploy.pilot.networks import join_network
from deploy.pilot.people import people_of
from deploy.pilot.places import country_of
from deploy.pilot.play import ADMIN, MSME, Play, operator_of
from deploy.problems import CommandError
from shared.schemas.base import Message
from shared.schemas.enrollment import Sex
from shared.schemas.jobs import JobRead, JobState, RowVerdict
from shared.schemas.registry import AreaLevel, AreaRead, FacilityKind

_AT_ONCE: Final = 8
_TRADES_TAUGHT: Final = ("BUSINESS",)
# What is taught, and for how many lesson hours: of the first wave, and of the shorter second one.
_UNITS: Final = ("Menyusun rencana usaha", "Mengelola keuangan", "Memasarkan")
_HOURS_A_UNIT: Final = 80
_HOURS_A_SHORT_UNIT: Final = 8
# Who stands behind a facility of each kind.
_INSTITUTIONS: Final = {
    FacilityKind.UPTP: "MINISTRY",
    FacilityKind.UPTD: "REGIONAL_GOVERNMENT",
    FacilityKind.BLKK: "FOUNDATION",
    FacilityKind.LPKS: "FOUNDATION",
    FacilityKind.LPK_COMPANY: "COMPANY",
    FacilityKind.PLUT: "MINISTRY",
    FacilityKind.PRODUCTION_HOUSE: "COOPERATIVE",
}
# UPTP are units of the ministry in one of four forms; a BPVP is the regional one.
_FORMS: Final = {FacilityKind.UPTP: "BPVP"}
_COLUMNS: Final = (
    "id",
    "code",
    "name",
    "kind",
    "form",
    "institution_code",
    "institution_name",
    "institution_kind",
    "owner_ministry",
    "area_code",
    "latitude",
    "longitude",
    "status",
    "trades",
    "synthetic",
    "spaces",
)


class RowsRefusedError(CommandError):
    """An import did not account for every row, or refused some that are right."""


class _Made(Message):
    """The answer to whatever was created; that it is there is all that matters."""


async def lay_ground(play: Play, *, folder: Path) -> None:
    """Read the areas, and bring into the registry all that a class needs."""
    play.api.set_time(play.calendar.prepared_at)
    await _meet(play)
    play.tell(
        f"[bold]1 Dasar.[/] {len(play.centers)} facilities of {len(FacilityKind)} kinds in"
        f" {len({c.district.province_code for c in play.centers})} provinces"
        f" will hold {len(play.classes)} classes."
    )
    await _import_facilities(play, folder / "facilities.csv")
    await state_hours(play)
    await sign_chain(play)
    await join_network(play)
    await invite_head(play)
    await _publish_module(play, "module", code="WIRAUSAHA", hours=_HOURS_A_UNIT)
    await _publish_module(play, "short-module", code="SINGKAT", hours=_HOURS_A_SHORT_UNIT)
    await play.crowd(
        "instructors",
        [*play.classes, *play.drawn],
        lambda planned: _register_instructor(play, planned),
        at_once=_AT_ONCE,
    )


async def _meet(play: Play) -> None:
    """Read the country from the registry and make the pilot's people and places in it."""
    areas: list[AreaRead] = []
    for level in (AreaLevel.REGENCY, AreaLevel.DISTRICT):
        areas += await play.api.items("/registry/v1/areas", AreaRead, query={"level": level.value})
    play.country = country_of(areas)
    play.centers = centers_of(play.seeds, country=play.country)
    play.classes = classes_of(play.seeds, centers=play.centers)
    play.drawn = drawn_classes_of(play.seeds, centers=play.centers)
    play.people = people_of(
        play.seeds,
        country=play.country,
        wishes=[planned.center.district for planned in play.classes],
        today=play.calendar.registration_at.date(),
    )


async def _import_facilities(play: Play, path: Path) -> None:
    """Write the facilities to a CSV file, have it judged, then have it brought in."""
    raw = facilities_csv(play.seeds.label, play.centers, [*play.classes, *play.drawn])
    await asyncio.to_thread(path.write_bytes, raw)
    bar = play.progress.add_task("facilities from CSV", total=2 * len(play.centers))
    for mode in ("validate", "commit"):
        job = await play.api.import_file(
            f"/registry/v1/facility-imports?mode={mode}",
            raw,
            caller=ADMIN,
            key=play.seeds.key_of(f"facilities-{mode}"),
        )
        await check_rows(play, job, service="registry", rows=len(play.centers))
        play.progress.advance(bar, len(play.centers))


def facilities_csv(label: str, centers: list[Center], classes: list[PlannedClass]) -> bytes:
    """Return the file of facilities and their rooms, as an office would send it."""
    rooms: dict[int, list[str]] = {center.number: [] for center in centers}
    for planned in classes:
        room = f"{planned.space_name}:{planned.capacity}:ROOM:{planned.space_id}"
        rooms[planned.center.number].append(room)
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for center in centers:
        writer.writerow(_row(label, center, rooms[center.number]))
    return out.getvalue().encode()


def _row(label: str, center: Center, rooms: list[str]) -> dict[str, Any]:
    return {
        "id": center.id,
        "code": center.code,
        "name": center.name,
        "kind": center.kind,
        "form": _FORMS.get(center.kind, ""),
        "institution_code": f"{label}-L{center.number:04d}",
        "institution_name": _institution(center),
        "institution_kind": _INSTITUTIONS[center.kind],
        "owner_ministry": center.owner_ministry,
        "area_code": center.district.code,
        "latitude": center.latitude,
        "longitude": center.longitude,
        "status": "ACTIVE",
        "trades": "|".join(center.trades),
        "synthetic": "true",
        "spaces": "|".join(rooms),
    }


def _institution(center: Center) -> str:
    """Return who stands behind a facility: behind a community centre, a pesantren."""
    pesantren = center.kind is FacilityKind.BLKK
    kind = "Yayasan Pondok Pesantren" if pesantren else "Lembaga"
    return f"{kind} {center.number} ({SYNTHETIC})"


async def check_rows(play: Play, job: JobRead, *, service: str, rows: int) -> list[RowVerdict]:
    """Return the verdict on every row.

    Raises:
        RowsRefusedError: when the job failed, refused a row, or lost one.
    """
    if job.status is not JobState.SUCCEEDED:
        raise RowsRefusedError(f"The import {job.id} ended as {job.status}: {job.error}")
    path = f"/{service}/v1/jobs/{job.id}/rows"
    verdicts = await play.api.items(path, RowVerdict, caller=ADMIN)
    refused = [verdict for verdict in verdicts if verdict.verdict == "REFUSED"]
    if refused:
        first = refused[0]
        raise RowsRefusedError(
            f"{len(refused)} rows were refused, the first is row {first.row}: {first.code}"
        )
    if len(verdicts) != rows:
        raise RowsRefusedError(f"{rows} rows went in, {len(verdicts)} came out.")
    return verdicts


async def _publish_module(play: Play, name: str, *, code: str, hours: int) -> None:
    """Draft a module with its units of competence, and publish it."""
    module = {
        "id": play.seeds.id_of(name),
        "code": f"{play.seeds.label}-{code}",
        "version": "2026.1",
        "title": f"Kewirausahaan dasar ({SYNTHETIC})",
        "owner_ministry": "MSME",
        "hours": hours * len(_UNITS),
        "state": "DRAFT",
        "units": [
            {"code": f"Z.990000.{place:03d}.01", "title": f"{title} ({SYNTHETIC})", "hours": hours}
            for place, title in enumerate(_UNITS, start=1)
        ],
        "required_competences": list(_TRADES_TAUGHT),
        "requires_certificate": True,
        "synthetic": True,
    }
    path, key = "/registry/v1/modules", play.seeds.key_of
    await play.api.must_post(path, module, _Made, caller=MSME, key=key(name))
    publishing = f"{path}/{module['id']}/publish"
    await play.api.must_post(publishing, {}, _Made, caller=MSME, key=key(f"{name}-publish"))


async def _register_instructor(play: Play, planned: PlannedClass) -> None:
    """Let the centre register the instructor of one of its classes, and his certificate."""
    choices = play.seeds.choices_of("instructor", planned.number)
    sex = choices.choice(list(Sex))
    instructor = {
        "id": play.seeds.id_of("instructor", planned.number),
        "code": f"{play.seeds.label}-I{planned.number:04d}",
        "name": person_name(choices, sex=sex),
        "home_facility_id": planned.center.id,
        "competences": list(_TRADES_TAUGHT),
        "synthetic": True,
    }
    await play.api.must_post(
        "/registry/v1/instructors",
        instructor,
        _Made,
        caller=operator_of(planned.center),
        key=play.seeds.key_of("instructor", planned.number),
    )
    await play.api.must_post(
        f"/registry/v1/instructors/{instructor['id']}/certificates",
        _certificate(play, planned),
        _Made,
        caller=operator_of(planned.center),
        key=play.seeds.key_of("certificate", planned.number),
    )


def _certificate(play: Play, planned: PlannedClass) -> dict[str, Any]:
    return {
        "id": play.seeds.id_of("certificate", planned.number),
        "scheme": f"Instruktur kewirausahaan ({SYNTHETIC})",
        "number": f"SERT/{play.seeds.label}/{planned.number:04d}",
        "issuer": f"LSP Contoh ({SYNTHETIC})",
        "competences": list(_TRADES_TAUGHT),
        "valid_from": play.calendar.signed_on,
        "valid_to": play.calendar.valid_to,
    }
