"""The last chapter: the figures are published, and frozen on a sheet that anybody can print."""

from datetime import date
from enum import StrEnum
from http import HTTPStatus
from typing import Final
from uuid import UUID

from deploy.pilot.api import JobFailedError, RefusedError
from deploy.pilot.outcome import await_answers
from deploy.pilot.play import ADMIN, Play
from deploy.pilot.wire import Answer
from shared.clock import ledger_day, utc_now
from shared.schemas.base import Message
from shared.schemas.jobs import JobRead, JobState

_REPORTING: Final = "/reporting/v1"
_TABLES: Final = f"{_REPORTING}/published-tables"
_SNAPSHOTS: Final = f"{_REPORTING}/snapshots"
_TABLES_AT_ONCE: Final = 2


class _Table(Message):
    """A table that everybody may read."""

    code: str


class _Tables(Message):
    """All of them."""

    items: list[_Table]


class _State(StrEnum):
    """The life of a snapshot that is revised by none."""

    ORDERED = "ORDERED"
    FROZEN = "FROZEN"
    PUBLISHED = "PUBLISHED"


class _Snapshot(Message):
    """The figures of a period, and where their sheet is once they are frozen."""

    id: UUID
    state: _State
    job_id: UUID
    print_url: str | None = None


async def publish_figures(play: Play, *, since: date) -> None:
    """Publish every table, and the figures recorded since a day as one printed sheet.

    `since` is a day of the real clock, as the days are on which figures are recorded.
    """
    await await_answers(play)
    # What was recorded on days of the real clock is published on such a day, too.
    now = utc_now()
    play.api.set_time(now)
    tables = (await play.api.get(_TABLES, _Tables)).items
    numbered = list(enumerate(each.code for each in tables))
    await play.crowd(
        "published tables", numbered, lambda each: _publish(play, *each), at_once=_TABLES_AT_ONCE
    )
    snapshot = await _find(play) or await _order(play, since, until=ledger_day(now))
    if snapshot.state is _State.ORDERED:
        snapshot = await _frozen(play, snapshot)
    if snapshot.state is _State.FROZEN:
        snapshot = await _release(play, snapshot)
    play.api.set_time(play.calendar.followed_up_at)
    play.tell(f"  {len(tables)} tables are published; the sheet to print: {snapshot.print_url}")


async def _publish(play: Play, number: int, code: str) -> None:
    """Publish a table as it is now, unless this pilot has."""
    if play.journal.find("edition", number) is not None:
        return
    path = f"{_TABLES}/{code}/editions"
    key = play.seeds.key_of("edition", number)
    answer = await play.api.post(path, {}, caller=ADMIN, key=key)
    if answer.status >= HTTPStatus.BAD_REQUEST:
        raise RefusedError(f"POST {path}", answer)
    play.note("edition", number, answer, outcome="PUBLISHED", table=code)


async def _find(play: Play) -> _Snapshot | None:
    """Return the snapshot that this pilot ordered before it was interrupted, on whatever day."""
    path = f"{_SNAPSHOTS}/{play.seeds.id_of('snapshot')}"
    try:
        return await play.api.get(path, _Snapshot, caller=ADMIN)
    except RefusedError as refusal:
        if refusal.status == HTTPStatus.NOT_FOUND:
            return None
        raise


async def _order(play: Play, since: date, *, until: date) -> _Snapshot:
    body = {
        "id": play.seeds.id_of("snapshot"),
        "title": f"Pilot {play.seeds.label} (DATA SINTETIS)",
        "period_from": since,
        "period_to": until,
    }
    # Asked for again on another day, it is another request.
    key = play.seeds.key_of(f"snapshot-{until}")
    answer = await play.api.post(_SNAPSHOTS, body, caller=ADMIN, key=key)
    return _noted(play, "snapshot", answer)


async def _frozen(play: Play, snapshot: _Snapshot) -> _Snapshot:
    """Return the snapshot once its job has frozen it.

    Raises:
        JobFailedError: when the job did not end well.
    """
    job = await play.api.get(f"{_REPORTING}/jobs/{snapshot.job_id}", JobRead, caller=ADMIN)
    job = await play.api.await_job(job, service="reporting", caller=ADMIN)
    if job.status is not JobState.SUCCEEDED:
        raise JobFailedError(f"The snapshot's job ended as {job.status}: {job.error}")
    return await play.api.get(f"{_SNAPSHOTS}/{snapshot.id}", _Snapshot, caller=ADMIN)


async def _release(play: Play, snapshot: _Snapshot) -> _Snapshot:
    path = f"{_SNAPSHOTS}/{snapshot.id}/publish"
    key = play.seeds.key_of("snapshot-publish")
    answer = await play.api.post(path, {}, caller=ADMIN, key=key)
    return _noted(play, "snapshot-publish", answer)


def _noted(play: Play, step: str, answer: Answer) -> _Snapshot:
    """Return the snapshot that an answer tells of, once the journal has it.

    Raises:
        RefusedError: when it was refused.
    """
    if answer.status >= HTTPStatus.BAD_REQUEST:
        raise RefusedError(f"the {step}", answer)
    snapshot = _Snapshot.model_validate_json(answer.body)
    play.note(step, 0, answer, outcome=snapshot.state, snapshot=str(snapshot.id))
    return snapshot
