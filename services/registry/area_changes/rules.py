"""What a decree does to the list of areas, stated without a database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import chain

from services.registry.areas.rules import (
    AreaChangeKind,
    AreaParentUnknownError,
    AreaUnknownError,
    AreaValidityOverlapsError,
    PresentArea,
    level_of,
    parent_of,
)
from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text


class WorkItemState(StrEnum):
    """Whether somebody has decided where a thing stands."""

    OPEN = "OPEN"
    RESOLVED = "RESOLVED"


class AreaChangeNotFoundError(NotFoundError):
    """There is no change of areas of this id."""

    code = "area-change-not-found"
    title = Text("Perubahan wilayah tidak ditemukan.", "There is no such change of areas.")


class AreaChangeShapeError(InvalidError):
    """The areas named do not make a change of this kind."""

    code = "area-change-shape"
    title = Text(
        "Wilayah yang disebut tidak sesuai dengan jenis perubahan.",
        "The areas named do not make a change of this kind.",
    )


class AreaLevelMismatchError(InvalidError):
    """The areas of a change are not of one level."""

    code = "area-level-mismatch"
    title = Text("Semua wilayah harus setingkat.", "The areas are not all of one level.")


class AreaChangeTooEarlyError(InvalidError):
    """An area would end on or before the day on which it began."""

    code = "area-change-too-early"
    title = Text(
        "Tanggal berlaku harus setelah awal masa berlaku wilayah saat ini.",
        "The change must hold from a day after the area's present validity began.",
    )


class AreaChildrenUnplacedError(InvalidError):
    """An area ends and the change does not say where the areas below it go."""

    code = "area-children-unplaced"
    title = Text(
        "Sebutkan ke mana wilayah di bawahnya berpindah.",
        "Say where the areas below it go.",
    )


class WorkItemNotFoundError(NotFoundError):
    """There is no such work item within the caller's scope."""

    code = "area-work-item-not-found"
    title = Text("Pekerjaan tidak ditemukan.", "There is no such work item.")


class WorkItemResolvedError(ConflictError):
    """Somebody has decided already."""

    code = "area-work-item-resolved"
    title = Text("Pekerjaan ini sudah diselesaikan.", "This work item is resolved.")


class AreaNotCandidateError(InvalidError):
    """The area is none that the old one went over into."""

    code = "area-not-candidate"
    title = Text(
        "Pilih salah satu wilayah pengganti atau wilayah di bawahnya.",
        "Choose one of the areas that followed, or an area below one.",
    )


@dataclass(frozen=True, slots=True)
class Named:
    """A code under a name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Decree:
    """A change as it was asked for; `children` says of areas right below which code they get."""

    kind: AreaChangeKind
    valid_from: date
    from_codes: Sequence[str]
    to: Sequence[Named]
    children: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a change does: codes that end, areas that begin, and which code became which."""

    ends: list[str]
    opens: list[Named]
    links: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Taken:
    """A code on the day or later, whose area it is, and whether a decree of that day made it."""

    code: str
    area: PresentArea
    decreed: bool = False


def check_shape(decree: Decree) -> None:
    """Refuse a change whose areas do not fit its kind.

    RENAME: one code under another name. RECODE: codes and new codes in pairs. MERGE: several into
    one, which may be one of them. SPLIT: one into several, of which it may be one.

    Raises:
        AreaChangeShapeError, AreaLevelMismatchError: when they do not.
    """
    olds, news = list(decree.from_codes), [area.code for area in decree.to]
    if len(set(olds)) < len(olds):
        raise AreaChangeShapeError(pointer="/from_codes")
    if len(set(news)) < len(news):
        raise AreaChangeShapeError(pointer="/to")
    fits = {
        AreaChangeKind.RENAME: len(olds) == 1 and olds == news and not decree.children,
        AreaChangeKind.RECODE: len(olds) == len(news)
        and all(old != new for old, new in zip(olds, news, strict=False)),
        AreaChangeKind.MERGE: len(olds) > 1 and len(news) == 1,
        AreaChangeKind.SPLIT: len(olds) == 1 and len(news) > 1,
    }
    if not fits[decree.kind]:
        raise AreaChangeShapeError(pointer="/to")
    if len({level_of(code) for code in (*olds, *news)}) > 1:
        raise AreaLevelMismatchError(pointer="/to")
    _check_children(decree, olds, news)


def _check_children(decree: Decree, olds: Sequence[str], news: Sequence[str]) -> None:
    for old, new in decree.children.items():
        if parent_of(old) not in olds or parent_of(new) not in news:
            raise AreaChangeShapeError(pointer="/children")


def plan_change(
    decree: Decree,
    *,
    present: Mapping[str, PresentArea],
    known_parents: Iterable[str],
    taken: Iterable[Taken],
) -> Plan:
    """Return what a sound change does to the list.

    `present` are the old areas and all below them, those that end on the day itself included;
    `taken` are the areas that have one of the new codes (`links_of`) on that day or later.

    Raises:
        AreaUnknownError: when an old code, or one of `children`, is not in force.
        AreaParentUnknownError: when a new area's parent is not in force on the day.
        AreaChangeShapeError: when a renamed area keeps its name.
        AreaChildrenUnplacedError: when an area ends and areas below it have nowhere to go.
        AreaChangeTooEarlyError: when an area would end before it began.
        AreaValidityOverlapsError: when a new code is another area's on the day or later.
    """
    _check_known(decree, present, set(known_parents))
    links = links_of(decree, present)
    names = {area.code: area.name for area in decree.to}
    opens = {new: names.get(new, present[old].name) for old, new in links}
    stays = _stays(decree, opens, present)
    ends = {old for old, _ in links if old not in stays}
    _check_dates(decree, present, ends=ends, stays=stays)
    own = {code: present[code] for code in ends | stays}
    others = [each for each in taken if own.get(each.code) != each.area]
    there = _there_already(decree, names, others)
    return Plan(
        ends=sorted(code for code in ends if present[code].valid_to is None),
        opens=[
            Named(code, name)
            for code, name in sorted(opens.items())
            if code not in stays and code not in there
        ],
        links=links,
    )


def _stays(
    decree: Decree, opens: Mapping[str, str], present: Mapping[str, PresentArea]
) -> set[str]:
    """Return the areas of a merger or split that go on as they were."""
    if decree.kind is AreaChangeKind.RECODE:
        return set()
    stays = {code for code in decree.from_codes if opens.get(code) == present[code].name}
    if decree.kind is AreaChangeKind.RENAME and stays:
        raise AreaChangeShapeError(pointer="/to/0/name")
    return stays


def _check_known(
    decree: Decree, present: Mapping[str, PresentArea], known_parents: set[str]
) -> None:
    for place, code in enumerate(decree.from_codes):
        if code not in present:
            raise AreaUnknownError(pointer=f"/from_codes/{place}")
    for place, code in enumerate(decree.children):
        if code not in present:
            raise AreaUnknownError(pointer=f"/children/{place}/from_code")
    for place, area in enumerate(decree.to):
        parent = parent_of(area.code)
        if parent is not None and parent not in known_parents:
            raise AreaParentUnknownError(pointer=f"/to/{place}/code")


def links_of(decree: Decree, present: Mapping[str, PresentArea]) -> list[tuple[str, str]]:
    """Return which code becomes which: the areas of the decree, then all below them.

    An area below one that is re-coded keeps its last part below the new code, unless `children`
    says otherwise, and all further down follow it.

    Raises:
        AreaChildrenUnplacedError: when a split area ends and does not say it of each.
        AreaValidityOverlapsError: when two areas would get one code.
    """
    news = [area.code for area in decree.to]
    if decree.kind is AreaChangeKind.RECODE:
        pairs = list(zip(decree.from_codes, news, strict=True))
    else:
        pairs = [(old, new) for old in decree.from_codes for new in news]
    moves = _moves_of_children(decree, pairs, present)
    below = []
    for code in sorted(present):
        for old, new in moves.items():
            if code == old or code.startswith(f"{old}."):
                below.append((code, new + code[len(old) :]))
    targets = [new for _, new in below]
    if len(set(targets)) < len(targets):
        raise AreaValidityOverlapsError(pointer="/children")
    return [*pairs, *below]


def _moves_of_children(
    decree: Decree, pairs: Sequence[tuple[str, str]], present: Mapping[str, PresentArea]
) -> dict[str, str]:
    """Return the new code of each area right below the old ones that gets one."""
    news = {area.code for area in decree.to}
    target = None if decree.kind is AreaChangeKind.SPLIT else dict(pairs)
    moves = dict(decree.children)
    for code in present:
        parent = parent_of(code)
        if parent is None or parent not in decree.from_codes or code in moves:
            continue
        if parent in news and decree.kind is not AreaChangeKind.RECODE:
            continue
        if target is None:
            raise AreaChildrenUnplacedError(pointer="/children")
        moves[code] = target[parent] + code[len(parent) :]
    return moves


def _check_dates(
    decree: Decree, present: Mapping[str, PresentArea], *, ends: set[str], stays: set[str]
) -> None:
    begun = chain(
        (present[code].valid_from < decree.valid_from for code in ends),
        (present[code].valid_from <= decree.valid_from for code in stays),
    )
    if not all(begun):
        raise AreaChangeTooEarlyError(pointer="/valid_from")


def _there_already(decree: Decree, names: Mapping[str, str], others: Iterable[Taken]) -> set[str]:
    """Return the new areas that a list has brought in before the decree: since the same day.

    Raises:
        AreaValidityOverlapsError: when a code is another area's on the day or later.
    """
    there = set()
    for each in others:
        meant = PresentArea(names.get(each.code, each.area.name), decree.valid_from)
        if each.decreed or each.area != meant:
            raise AreaValidityOverlapsError(pointer="/to")
        there.add(each.code)
    return there


def check_candidate(area_code: str, candidates: Sequence[str]) -> None:
    """Refuse an area that the old one cannot have gone over into.

    Raises:
        AreaNotCandidateError: when it is neither one of the candidates nor below one.
    """
    if candidates and not any(
        area_code == each or area_code.startswith(f"{each}.") for each in candidates
    ):
        raise AreaNotCandidateError(pointer="/area_code")
