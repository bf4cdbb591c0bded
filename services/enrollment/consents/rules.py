"""On which basis a person's data are used for what, stated without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.enrollment.participants.rules import LegalBasis, Purpose
from shared.errors import ConflictError, InvalidError
from shared.i18n import Text


class ConsentUnneededError(InvalidError):
    """The purpose rests on the law and not on consent: there is nothing to give or withdraw."""

    code = "consent-unneeded"
    title = Text(
        "Tujuan ini tidak berdasar persetujuan; ajukan pembatasan atau penghapusan data.",
        "This purpose does not rest on consent; ask for restriction or erasure instead.",
    )


class ConsentUnchangedError(ConflictError):
    """The person has said the same of the same text before."""

    code = "consent-unchanged"
    title = Text("Persetujuan sudah demikian.", "The consent is so already.")


@dataclass(frozen=True, slots=True)
class Standing:
    """How one purpose stands: its basis, whether it may be followed, and since when."""

    purpose: Purpose
    legal_basis: LegalBasis
    allowed: bool
    version: str | None
    since: datetime | None


def basis_of(purpose: Purpose, basis: LegalBasis) -> LegalBasis:
    """Return on what a purpose rests; `basis` is that of seat and selection.

    Source: UU 27/2022 (PDP), article 20.
    """
    return basis if purpose is Purpose.SEAT_AND_SELECTION else LegalBasis.CONSENT


def standing_of(
    purpose: Purpose, basis: LegalBasis, consents: Sequence[Mapping[str, Any]]
) -> Standing:
    """Return how a purpose stands by the last that was said of it."""
    said = [each for each in consents if each["purpose"] == purpose]
    rests_on = basis_of(purpose, basis)
    last = said[-1] if said else None
    given = last is not None and bool(last["given"])
    return Standing(
        purpose=purpose,
        legal_basis=rests_on,
        allowed=given or rests_on is not LegalBasis.CONSENT,
        version=None if last is None else str(last["version"]),
        since=None if last is None else datetime.fromisoformat(last["at"]),
    )


def check_said(standing: Standing, *, given: bool, version: str) -> None:
    """Refuse to record what changes nothing.

    Raises:
        ConsentUnneededError: when the purpose does not rest on consent.
        ConsentUnchangedError: when it stands so already; a newer text can be agreed to.
    """
    if standing.legal_basis is not LegalBasis.CONSENT:
        raise ConsentUnneededError(pointer="/purpose")
    if given == standing.allowed and (not given or version == standing.version):
        raise ConsentUnchangedError


class PaperMissingError(InvalidError):
    """An office that acts for somebody says on what paper."""

    code = "paper-missing"
    title = Text(
        "Sebutkan surat permintaan yang ditandatangani orang tersebut.",
        "Name the paper that the person has signed.",
    )


def check_paper(*, himself: bool, given: bool) -> None:
    """Refuse an office that acts for somebody without a paper.

    Raises:
        PaperMissingError: when there is none.
    """
    if not himself and not given:
        raise PaperMissingError(pointer="/paper")
