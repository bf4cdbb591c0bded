"""When an agreement is sound, what it is on a day, and what may be done with it then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text

EXPIRING: Final = timedelta(days=90)
_DAY: Final = timedelta(days=1)


class AgreementKind(StrEnum):
    """MoU (nota kesepahaman) > PKS (perjanjian kerja sama) > plan (rencana kerja)."""

    MOU = "MOU"
    PKS = "PKS"
    PLAN = "PLAN"


class KeptState(StrEnum):
    """What is kept of an agreement's life; what depends on the day is computed."""

    DRAFT = "DRAFT"
    SIGNED = "SIGNED"
    TERMINATED = "TERMINATED"
    RENEWED = "RENEWED"


class AgreementState(StrEnum):
    """The life of an agreement on a day."""

    DRAFT = "DRAFT"
    SIGNED = "SIGNED"
    ACTIVE = "ACTIVE"
    EXPIRING = "EXPIRING"
    EXPIRED = "EXPIRED"
    TERMINATED = "TERMINATED"
    RENEWED = "RENEWED"


class Verb(StrEnum):
    """What may be done with an agreement."""

    CHANGE = "CHANGE"
    SIGN = "SIGN"
    COVER = "COVER"
    ACT = "ACT"
    TERMINATE = "TERMINATE"
    RENEW = "RENEW"


class AgreementNotFoundError(NotFoundError):
    """There is no agreement of this id, or it is a draft of others."""

    code = "agreement-not-found"
    title = Text("Perjanjian tidak ditemukan.", "There is no such agreement.")


class AgreementIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "agreement-id-taken"
    title = Text("Id perjanjian sudah dipakai.", "An agreement has this id.")


class AgreementNumberTakenError(ConflictError):
    """Another agreement has the number."""

    code = "agreement-number-taken"
    title = Text("Nomor perjanjian sudah dipakai.", "Another agreement has this number.")


class AgreementStateRefusedError(ConflictError):
    """The agreement's present state does not allow this; it says which one, and what it allows."""

    code = "agreement-state-refused"
    title = Text(
        "Keadaan perjanjian saat ini tidak mengizinkan tindakan ini.",
        "The agreement's present state does not allow this.",
    )


class AgreementBasisRefusedError(InvalidError):
    """An MoU follows nothing, a PKS an MoU, a plan a PKS that is in force when it begins."""

    code = "agreement-basis-refused"
    title = Text(
        "PKS harus mengikuti MoU dan rencana harus mengikuti PKS yang sudah berlaku;"
        " MoU tidak mengikuti apa pun.",
        "A PKS follows an MoU and a plan a PKS that is already valid; an MoU follows nothing.",
    )


class AgreementPeriodInvalidError(InvalidError):
    """The agreement ends before it begins."""

    code = "agreement-period-invalid"
    title = Text("Masa berlaku berakhir sebelum dimulai.", "The agreement ends before it begins.")


class AgreementEndInvalidError(InvalidError):
    """The day of termination lies outside the agreement's validity."""

    code = "agreement-end-invalid"
    title = Text(
        "Hari pengakhiran berada di luar masa berlaku.",
        "The day of termination lies outside the agreement's validity.",
    )


class AgreementRenewalInvalidError(InvalidError):
    """The renewal begins no later than the agreement that it renews."""

    code = "agreement-renewal-invalid"
    title = Text(
        "Pembaruan harus mulai berlaku setelah perjanjian yang diperbarui.",
        "A renewal begins after the agreement that it renews.",
    )


class AgreementPartiesInvalidError(InvalidError):
    """An agreement is between two different parties at least, one of them a ministry."""

    code = "agreement-parties-invalid"
    title = Text(
        "Perjanjian memerlukan dua pihak yang berbeda, sedikitnya satu kementerian.",
        "An agreement needs two different parties, one of them a ministry at least.",
    )


class SignatoryPartyUnknownError(InvalidError):
    """A signatory signs for a party that the agreement does not have."""

    code = "agreement-signatory-party-unknown"
    title = Text(
        "Penanda tangan mewakili pihak yang tidak ada.",
        "A signatory signs for a party that the agreement does not have.",
    )


class CoveredFacilityUnknownError(InvalidError):
    """One of the facilities that the agreement covers does not exist."""

    code = "facility-unknown"
    title = Text("Balai tidak dikenal.", "The facility is not known.")


class DocumentKeptError(ConflictError):
    """The agreement has a document of this hash."""

    code = "agreement-document-kept"
    title = Text(
        "Dokumen dengan hash ini sudah tercatat.", "A document of this hash is kept already."
    )


def check_parties(parties: Sequence[object], *, ministries: Sequence[str]) -> None:
    """Refuse an agreement of somebody with himself, or without a ministry.

    Raises:
        AgreementPartiesInvalidError
    """
    if len(set(parties)) != len(parties) or len(parties) < 2 or not ministries:  # noqa: PLR2004 - two sides
        raise AgreementPartiesInvalidError(pointer="/parties")


def check_signatories(parties_signed_for: Sequence[int], *, parties: int) -> None:
    """Refuse a signatory of a party that is not there; parties count from 0.

    Raises:
        SignatoryPartyUnknownError
    """
    for place, party in enumerate(parties_signed_for):
        if party >= parties:
            raise SignatoryPartyUnknownError(pointer=f"/signatories/{place}/party")


def check_period(*, valid_from: date, valid_to: date | None) -> None:
    """Refuse a period that ends before it begins; `valid_to` is the last day.

    Raises:
        AgreementPeriodInvalidError
    """
    if valid_to is not None and valid_to < valid_from:
        raise AgreementPeriodInvalidError(pointer="/valid_to")


def in_force(day: date, *, valid_from: date, valid_to: date | None) -> bool:
    """Tell whether a validity holds on `day`; both ends are included."""
    return valid_from <= day and (valid_to is None or day <= valid_to)


@dataclass(frozen=True, slots=True)
class Term:
    """How long an agreement holds: `valid_to` is the last day that was agreed.

    `ended_on` is the first day on which it no longer holds because it was terminated or renewed.
    """

    state: KeptState
    valid_from: date
    valid_to: date | None = None
    ended_on: date | None = None

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds, None when that is open."""
        if self.ended_on is None:
            return self.valid_to
        before_end = self.ended_on - _DAY
        return before_end if self.valid_to is None else min(before_end, self.valid_to)

    def holds(self, first: date, last: date | None = None) -> bool:
        """Tell whether it is in force on `first` and every day until `last`; a draft never is."""
        return self.state is not KeptState.DRAFT and all(
            in_force(day, valid_from=self.valid_from, valid_to=self.last_day)
            for day in (first, last or first)
        )

    def state_on(self, day: date) -> AgreementState:
        """Return what the agreement is on `day`.

        One that ends within 90 days is expiring, unless its end was decided on already.
        """
        if self.state is KeptState.DRAFT or (self.ended_on is not None and day >= self.ended_on):
            return AgreementState(self.state)
        if day < self.valid_from:
            return AgreementState.SIGNED
        if self.valid_to is None:
            return AgreementState.ACTIVE
        if day > self.valid_to:
            return AgreementState.EXPIRED
        near = self.state is KeptState.SIGNED and self.valid_to - day <= EXPIRING
        return AgreementState.EXPIRING if near else AgreementState.ACTIVE

    def settled_on(self, day: date) -> AgreementState:
        """Return what decides on what may be done: an end that was decided on counts at once."""
        return self.state_on(day) if self.ended_on is None else AgreementState(self.state)


_IN_LIFE: Final = frozenset({Verb.COVER, Verb.ACT, Verb.TERMINATE, Verb.RENEW})
_ALLOWED: Final[dict[AgreementState, frozenset[Verb]]] = {
    AgreementState.DRAFT: frozenset({Verb.CHANGE, Verb.SIGN}),
    AgreementState.SIGNED: _IN_LIFE,
    AgreementState.ACTIVE: _IN_LIFE,
    AgreementState.EXPIRING: _IN_LIFE,
    AgreementState.EXPIRED: frozenset({Verb.RENEW}),
    AgreementState.TERMINATED: frozenset(),
    AgreementState.RENEWED: frozenset(),
}


def check_verb(term: Term, verb: Verb, *, today: date) -> None:
    """Refuse what the life of an agreement does not allow at present.

    Raises:
        AgreementStateRefusedError: with the members `present` and `allowed`.
    """
    present = term.settled_on(today)
    if verb not in _ALLOWED[present]:
        raise AgreementStateRefusedError(
            extra={"present": present.value, "allowed": sorted(_ALLOWED[present])}
        )


def check_end(term: Term, *, day: date) -> None:
    """Refuse to end an agreement on a day on which it would not hold anyway.

    Raises:
        AgreementEndInvalidError
    """
    if not in_force(day, valid_from=term.valid_from, valid_to=term.valid_to):
        raise AgreementEndInvalidError(pointer="/day")


def check_renewal(renewed: Term, *, valid_from: date) -> None:
    """Refuse a renewal that begins no later than what it renews.

    Raises:
        AgreementRenewalInvalidError
    """
    if valid_from <= renewed.valid_from:
        raise AgreementRenewalInvalidError(pointer="/valid_from")


_FOLLOWS: Final = {
    AgreementKind.MOU: None,
    AgreementKind.PKS: AgreementKind.MOU,
    AgreementKind.PLAN: AgreementKind.PKS,
}


def check_basis(
    kind: AgreementKind,
    *,
    valid_from: date,
    basis: tuple[AgreementKind, Term] | None,
    draft: bool = False,
) -> None:
    """Refuse an agreement whose place in the chain MoU > PKS > plan is wrong.

    `basis` is kind and term of the agreement that it follows from, which holds on the day on which
    it begins; a draft may follow from another draft.

    Raises:
        AgreementBasisRefusedError
    """
    if basis is None:
        sound = _FOLLOWS[kind] is None
    else:
        of_kind, term = basis
        drafted = draft and term.state is KeptState.DRAFT and term.valid_from <= valid_from
        sound = of_kind is _FOLLOWS[kind] and (drafted or term.holds(valid_from))
    if not sound:
        raise AgreementBasisRefusedError(pointer="/follows_from_id")
