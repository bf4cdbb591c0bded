"""The life of an action, stated without a database."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text


class ActionStatus(StrEnum):
    """The life of an action."""

    PLANNED = "PLANNED"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


class ActionNotFoundError(NotFoundError):
    """There is no action of this id."""

    code = "agreement-action-not-found"
    title = Text("Aksi tidak ditemukan.", "There is no such action.")


class ActionIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "agreement-action-id-taken"
    title = Text("Id aksi sudah dipakai.", "An action has this id.")


class ActionStatusRefusedError(ConflictError):
    """The action's present status does not allow this; it says which one, and what may follow."""

    code = "agreement-action-status-refused"
    title = Text(
        "Status aksi saat ini tidak mengizinkan perubahan ini.",
        "The action's present status does not allow this.",
    )


class ActionOwnerUnknownError(InvalidError):
    """Who is to act is no party of the agreement."""

    code = "agreement-action-owner-unknown"
    title = Text(
        "Penanggung jawab aksi harus salah satu pihak perjanjian.",
        "Who is to act is a party of the agreement.",
    )


class ActionDueInvalidError(InvalidError):
    """The action is due before the agreement begins."""

    code = "agreement-action-due-invalid"
    title = Text(
        "Tenggat aksi berada sebelum perjanjian berlaku.",
        "The action is due before the agreement begins.",
    )


class ActionFacilityNotCoveredError(InvalidError):
    """The agreement does not cover the facility where the action takes place."""

    code = "agreement-action-facility-not-covered"
    title = Text(
        "Perjanjian tidak mencakup balai tempat aksi dilakukan.",
        "The agreement does not cover the facility where the action takes place.",
    )


class ActionDoneDayInvalidError(InvalidError):
    """What is not yet done cannot be said to be done."""

    code = "agreement-action-done-day-invalid"
    title = Text("Hari selesai berada di masa depan.", "The day of completion lies ahead.")


_S = ActionStatus
OPEN: Final = (_S.PLANNED, _S.IN_PROGRESS)
_NEXT: Final[dict[ActionStatus, frozenset[ActionStatus]]] = {
    _S.PLANNED: frozenset({_S.IN_PROGRESS, _S.DONE, _S.CANCELLED}),
    _S.IN_PROGRESS: frozenset({_S.DONE, _S.CANCELLED}),
    _S.DONE: frozenset(),
    _S.CANCELLED: frozenset(),
}


def _refused(present: ActionStatus) -> ActionStatusRefusedError:
    return ActionStatusRefusedError(
        extra={"present": present.value, "allowed": sorted(_NEXT[present])}
    )


def check_status_change(*, present: ActionStatus, wanted: ActionStatus) -> None:
    """Refuse a change of status that the life of an action does not know.

    Raises:
        ActionStatusRefusedError: with the members `present` and `allowed`.
    """
    if wanted not in _NEXT[present]:
        raise _refused(present)


def check_open(present: ActionStatus) -> None:
    """Refuse to restate an action that has come to its end.

    Raises:
        ActionStatusRefusedError
    """
    if present not in OPEN:
        raise _refused(present)


def is_overdue(status: ActionStatus, *, due_on: date, today: date) -> bool:
    """Tell whether an action should have been done before today."""
    return status in OPEN and due_on < today


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who is to act: a ministry or an institution."""

    ministry: str | None
    institution_id: UUID | None


def check_responsible(responsible: Responsible, *, parties: Collection[Responsible]) -> None:
    """Refuse to let somebody act who is no party.

    Raises:
        ActionOwnerUnknownError
    """
    if responsible not in parties:
        raise ActionOwnerUnknownError(pointer="/responsible")


def check_due(due_on: date, *, valid_from: date) -> None:
    """Refuse an action that is due before its agreement begins.

    Raises:
        ActionDueInvalidError
    """
    if due_on < valid_from:
        raise ActionDueInvalidError(pointer="/due_on")


def check_done_day(done_on: date, *, today: date) -> None:
    """Refuse a completion that lies ahead.

    Raises:
        ActionDoneDayInvalidError
    """
    if done_on > today:
        raise ActionDoneDayInvalidError(pointer="/done_on")


@dataclass(frozen=True, slots=True)
class Ministries:
    """The ministries that an action concerns, as scopes know them."""

    owner: str
    co: str | None
    host: str | None


def ministries_of(
    *,
    facility: str | None,
    responsible: str | None,
    agreement: tuple[str, str | None],
) -> Ministries:
    """Return whom an action concerns: the facility's owner, who acts, and the agreement's two.

    A scope knows three ministries at most; who acts goes before who agreed.
    """
    concerned = [facility, responsible, *agreement]
    named = list(dict.fromkeys(each for each in concerned if each is not None))
    owner, co, host = (*named, None, None)[:3]
    return Ministries(owner=str(owner), co=co, host=host)
