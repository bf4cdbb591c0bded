"""The report of a breach and its clock, stated without a database."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text

# UU 27/2022 (PDP), article 46: in writing within 3x24 hours, to the people and to the authority.
CLOCK: Final = timedelta(hours=72)
LONGEST: Final = timedelta(days=366)


class BreachState(StrEnum):
    """The life of a report; NOTIFIED once everybody's notice was written."""

    SEARCHING = "SEARCHING"
    FOUND = "FOUND"
    NOTIFYING = "NOTIFYING"
    NOTIFIED = "NOTIFIED"


class BreachUnknownError(NotFoundError):
    """There is no such report."""

    code = "breach-report-unknown"
    title = Text("Laporan kegagalan tidak ditemukan.", "There is no such breach report.")


class BreachSpanError(InvalidError):
    """The span of time ends before it begins, or lasts longer than a year."""

    code = "breach-span"
    title = Text(
        "Rentang waktu harus maju dan paling lama setahun.",
        "The span must end after it begins, and last a year at most.",
    )


class BreachActorError(InvalidError):
    """A report looks at one of: an actor, a device, an issuer of logins."""

    code = "breach-actor"
    title = Text(
        "Sebutkan tepat satu: pelaku, perangkat, atau penerbit login.",
        "Name exactly one: an actor, a device, or an issuer of logins.",
    )


class BreachStateError(ConflictError):
    """The report does not stand so that this could be done."""

    code = "breach-report-state"
    title = Text("Keadaan laporan tidak mengizinkan ini.", "The report's state refuses this.")


def check_span(since: datetime, until: datetime) -> None:
    """Refuse a span that nobody can mean.

    Raises:
        BreachSpanError: when it does not last, or longer than a year.
    """
    if not timedelta() < until - since <= LONGEST:
        raise BreachSpanError(pointer="/until")


def check_named(*named: object) -> None:
    """Refuse a report that names nobody to look at, or several.

    Raises:
        BreachActorError: when it does.
    """
    if sum(each is not None for each in named) != 1:
        raise BreachActorError


def check_found(state: BreachState) -> None:
    """Refuse to tell people before it is known whom, or twice.

    Raises:
        BreachStateError: in any other state; it names what may be done.
    """
    if state is not BreachState.FOUND:
        allowed = [BreachState.FOUND.value] if state is BreachState.SEARCHING else []
        raise BreachStateError(extra={"present": state.value, "allowed": allowed})


def range_of(issuer: str) -> tuple[str, str]:
    """Return between which texts the names of an issuer's actors lie, the second left out."""
    return f"{issuer}|", f"{issuer}}}"


def authority_notice(
    *,
    report_id: object,
    since: datetime,
    until: datetime,
    discovered_at: datetime,
    people: int,
    reads: int,
    changes: int,
) -> Text:
    """Return what the authority is told, in two languages; it names no person.

    Source: UU 27/2022 (PDP), article 46 (2): what was disclosed, when and how, and what is done.
    """
    return Text(
        f"Pemberitahuan kegagalan pelindungan data pribadi (UU 27/2022 pasal 46), laporan"
        f" {report_id}. Diketahui pada {discovered_at.isoformat()}. Dalam rentang"
        f" {since.isoformat()} sampai {until.isoformat()} data pribadi {people} orang diakses"
        f" ({reads} pembacaan) atau diubah ({changes} perubahan) melalui satu akun, perangkat,"
        f" atau penerbit login. Data yang terungkap: identitas, kontak, dan catatan kepesertaan,"
        f" menurut jenis pembacaan dalam lampiran. Akses itu sudah dihentikan atau sedang"
        f" ditelusuri; subjek data diberi tahu tersendiri.",
        f"Notice of a failure to protect personal data (UU 27/2022 article 46), report"
        f" {report_id}. Discovered at {discovered_at.isoformat()}. From {since.isoformat()} to"
        f" {until.isoformat()} personal data of {people} people were read ({reads} readings) or"
        f" changed ({changes} changes) through one account, device or issuer of logins. What was"
        f" disclosed: identity, contacts and records of participation, by the kinds of reading in"
        f" the annex. That access was ended or is being traced; the people concerned are told"
        f" separately.",
    )
