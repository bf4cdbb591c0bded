"""What a proposal is, who decides it, and when it is too late."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from shared.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from shared.i18n import Text


class ProposalState(StrEnum):
    """The life of a proposal: open until somebody else decides, or its maker thinks again."""

    OPEN = "OPEN"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    SUPERSEDED = "SUPERSEDED"


class ProposalNotFoundError(NotFoundError):
    """There is no proposal of this id that the caller made or whose target is in his scope."""

    code = "proposal-not-found"
    title = Text("Usulan tidak ditemukan.", "There is no such proposal.")


class ProposalEmptyError(InvalidError):
    """The target is as the proposal wants it already."""

    code = "proposal-empty"
    title = Text("Usulan tidak mengubah apa pun.", "The proposal changes nothing.")


class ProposalRepeatedError(ConflictError):
    """The same office proposes twice at one moment for one target."""

    code = "proposal-repeated"
    title = Text(
        "Usulan Anda yang lain untuk data ini sedang disimpan; coba lagi.",
        "Another proposal of yours for this is being kept; try again.",
    )


class ProposalClosedError(ConflictError):
    """The proposal has been decided, withdrawn or superseded."""

    code = "proposal-closed"
    title = Text("Usulan sudah diputuskan atau ditarik.", "The proposal is no longer open.")


class ProposalOwnError(ForbiddenError):
    """Nobody decides what he has proposed himself."""

    code = "proposal-own"
    title = Text(
        "Usulan sendiri diputuskan oleh orang lain.",
        "Your own proposal is decided by somebody else.",
    )


class ProposalOfAnotherError(ForbiddenError):
    """Only who made a proposal withdraws it."""

    code = "proposal-of-another"
    title = Text(
        "Hanya pengusul yang dapat menarik usulan.", "Only its maker withdraws a proposal."
    )


class ProposalOutdatedError(ConflictError):
    """What would change has changed since; `present` tells how it would change now."""

    code = "proposal-outdated"
    title = Text(
        "Data sudah berubah sejak diusulkan; ajukan usulan baru.",
        "It has changed since this was proposed; make a new proposal.",
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """One member that would change, as JSON."""

    member: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return what a change `after` makes other than it was `before`, by the names of members."""
    return [
        Difference(member, before[member], after[member])
        for member in sorted(after)
        if before[member] != after[member]
    ]


def check_fresh(
    kept: Sequence[Difference], present: Mapping[str, Any], change: Mapping[str, Any]
) -> None:
    """Refuse a proposal some of whose members are no longer what they were when it was made.

    Other members of the target may have changed: they are not what the proposal is about.

    Raises:
        ProposalOutdatedError: with the differences that there are at present.
    """
    if is_outdated(kept, present):
        now = [asdict(each) for each in differences(present, change)]
        raise ProposalOutdatedError(extra={"present": now})


def is_outdated(kept: Sequence[Difference], present: Mapping[str, Any]) -> bool:
    """Tell whether any member that would change is not what it was."""
    return any(present[each.member] != each.before for each in kept)


def check_open(state: ProposalState) -> None:
    """Refuse to turn what is no longer open.

    Raises:
        ProposalClosedError
    """
    if state is not ProposalState.OPEN:
        raise ProposalClosedError(
            Text(f"Usulan berstatus {state}.", f"The proposal is {state}."),
        )


def check_other(*, maker: str, actor: str) -> None:
    """Refuse that who made a proposal decides it: four eyes.

    Raises:
        ProposalOwnError
    """
    if maker == actor:
        raise ProposalOwnError


def check_maker(*, maker: str, actor: str) -> None:
    """Refuse that somebody withdraws what another has proposed.

    Raises:
        ProposalOfAnotherError
    """
    if maker != actor:
        raise ProposalOfAnotherError
