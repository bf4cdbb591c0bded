"""Which fact holds of two people who are one, stated without a database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final


class Fact(StrEnum):
    """What can be taken over from the person who goes."""

    IDENTITY = "IDENTITY"
    NAME = "NAME"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    HOME = "HOME"
    LANGUAGE = "LANGUAGE"
    DISABILITY = "DISABILITY"


# The columns of each fact; of an identity the NIK is sealed anew beside these.
FACTS: Final[Mapping[Fact, tuple[str, ...]]] = {
    Fact.IDENTITY: ("nik_index", "nik_masked", "birth_date", "sex"),
    Fact.NAME: ("name", "name_key"),
    Fact.PHONE: ("phone", "phone_verified_at"),
    Fact.EMAIL: ("email", "email_verified_at"),
    Fact.HOME: ("home_area_code", "home_province_code", "home_regency_code"),
    Fact.LANGUAGE: ("language",),
    Fact.DISABILITY: ("disability",),
}
_FILLED: Final = frozenset({Fact.PHONE, Fact.EMAIL})


def taken_facts(stays: object, gone: object, *, asked: Collection[Fact]) -> list[Fact]:
    """Return the facts on which the two differ that are taken from the one who goes.

    What the reviewer asked for, and a contact that whoever stays does not have.
    """
    return [
        fact
        for fact, (first, *_) in FACTS.items()
        if differs(stays, gone, fact)
        and (fact in asked or (fact in _FILLED and getattr(stays, first) is None))
    ]


def differs(stays: object, gone: object, fact: Fact) -> bool:
    """Tell whether two people differ on a fact."""
    return any(getattr(stays, name) != getattr(gone, name) for name in FACTS[fact])


def joined_consents(
    stays: Sequence[Mapping[str, Any]], gone: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Return what was agreed to for each purpose by the later word of either."""
    latest: dict[str, Mapping[str, Any]] = {}
    for each in (*stays, *gone):
        known = latest.get(each["purpose"])
        if known is None or datetime.fromisoformat(known["at"]) < datetime.fromisoformat(
            each["at"]
        ):
            latest[each["purpose"]] = each
    return [latest[purpose] for purpose in sorted(latest)]


def sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the earlier of two moments of which either may be missing."""
    return min((each for each in (one, other) if each is not None), default=None)


_SAID_AS: Final = {"nik_index": "nik"}
_UNSAID: Final = frozenset({"nik_cipher", "nik_key_id", "nik_masked", "name_key"})


def changed_members(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return what has changed of a person, as revisions name it."""
    return [
        _SAID_AS.get(name, name)
        for name, value in before.items()
        if after[name] != value and name not in _UNSAID
    ]


_OF_NIK: Final = "nik-"


def joined_warnings(stays: Sequence[str], gone: Sequence[str]) -> list[str]:
    """Return the warnings of whoever stays, those about the NIK of the one whose NIK it is now."""
    of_nik = [each for each in gone if each.startswith(_OF_NIK)]
    return [*of_nik, *(each for each in stays if not each.startswith(_OF_NIK))]
