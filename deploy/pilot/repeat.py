"""A stranger repeats the draw from what is published, and from nothing else: docs/selection.md."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from uuid import UUID

from deploy.problems import CommandError
from shared.schemas.base import Message


class DrawFalseError(CommandError):
    """What was announced does not follow from what was published."""


class Selection(Message):
    """What is told of a selection; the seed comes with the places."""

    state: str
    commitment: str
    list_digest: str | None = None
    list_count: int | None = None
    public_value: str | None = None
    seed: str | None = None


class _Class(Message):
    """A class with what the draw had to give."""

    id: UUID
    facility_id: UUID
    seats: int
    reserve: int


class _Application(Message):
    """An application by its id."""

    id: UUID
    choices: tuple[UUID, ...]
    score: int | None = None
    rank: int | None = None
    outcome: str | None = None
    class_id: UUID | None = None


class Draw(Message):
    """The published file of a draw."""

    classes: tuple[_Class, ...]
    quotas: tuple[Mapping[str, object], ...]
    applications: tuple[_Application, ...]


def list_digest(draw: Draw) -> bytes:
    """Return the SHA-256 of the frozen list."""
    lines = "".join(
        " ".join(map(str, (each.id, *each.choices))) + "\n"
        for each in sorted(draw.applications, key=lambda each: str(each.id))
    )
    return sha256(lines.encode()).digest()


def repeat(told: Selection, draw: Draw, *, promised: str, frozen: str) -> int:
    """Return how many ranks and places a stranger has found to be right.

    `promised` is the commitment that he read before applications closed, `frozen` the digest of
    the list that he fetched when they had.

    Raises:
        DrawFalseError: when seed, list, order or places are not those that follow.
    """
    seed = bytes.fromhex(told.seed or "")
    if sha256(seed).hexdigest() != promised:
        raise DrawFalseError("The seed of the draw is not the one that was promised.")
    digest = list_digest(draw)
    if not digest.hex() == frozen == told.list_digest:
        raise DrawFalseError("The list of the draw is not the one that was frozen.")
    public = (told.public_value or "").encode()

    def ticket(each: _Application) -> bytes:
        return sha256(seed + digest + str(each.id).encode() + public).digest()

    ranked = [each for each in draw.applications if each.rank is not None]
    ranked.sort(key=lambda each: (-(each.score or 0), ticket(each)))
    if [each.rank for each in ranked] != list(range(1, len(ranked) + 1)):
        raise DrawFalseError("The ranks of the draw are not in the order of the tickets.")
    for each, place in zip(ranked, _places(draw, ranked), strict=True):
        if (each.outcome, each.class_id) != place:
            raise DrawFalseError(f"The draw gave application {each.id} a place not its own.")
    return len(ranked)


def _places(draw: Draw, ranked: list[_Application]) -> Iterator[tuple[str, UUID | None]]:
    """Yield outcome and class of each application, in the order of the ranks."""
    seats = {each.id: each.seats for each in draw.classes}
    reserve = {each.id: each.reserve for each in draw.classes}
    for each in ranked:
        wanted = [
            one.id
            for choice in each.choices
            for one in draw.classes
            if choice in (one.id, one.facility_id)
        ]
        given = [
            (outcome, left, class_id)
            for outcome, left in (("PLACED", seats), ("RESERVE", reserve))
            for class_id in wanted
            if left[class_id] > 0
        ]
        if not given:
            yield "NOT_SELECTED", None
            continue
        outcome, left, class_id = given[0]
        left[class_id] -= 1
        yield outcome, class_id
