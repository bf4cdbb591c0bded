"""Part of chapter six: certificates by jobs, checked by strangers, and what people were told."""

import asyncio
import base64
from collections import Counter
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from deploy.pilot.centers import PlannedClass
from deploy.pilot.heads import who_runs
from deploy.pilot.names import SYNTHETIC
from deploy.pilot.people import Person
from deploy.pilot.play import Play, applicant
from deploy.problems import CommandError
from shared.schemas.base import Message

_CLASSES_AT_ONCE: Final = 4
_PEOPLE_AT_ONCE: Final = 12
_POLL_S: Final = 0.25
_POLLS: Final = 80
_HTML: Final = {"accept-language": "en"}


class PaperFalseError(CommandError):
    """A stranger who looked at a certificate or a badge was told something else than it says."""


class Certificate(Message):
    """A certificate in a list."""

    id: UUID
    number: str
    participant_id: UUID
    verification_url: str
    printed: bool


class _Verified(Message):
    """What a program is told that verifies a certificate."""

    number: str
    state: str


class _Key(Message):
    """A key that signs badges; `x` is its public part."""

    x: str


class _Keys(Message):
    """The keys that sign badges."""

    keys: tuple[_Key, ...]


class _Notice(Message):
    """A line of what somebody was told."""

    kind: str
    state: str


async def certify(play: Play) -> None:
    """Issue the certificates of the drawn wave, and let strangers verify one, and one badge."""
    play.api.set_time(play.calendar.certified_at)
    await play.crowd(
        "certificates", play.drawn, lambda each: _issue(play, each), at_once=_CLASSES_AT_ONCE
    )
    found = await certificates_of(play)
    if not found:
        return
    await _verify(play, found[0])
    await _read_badge(play, found[0])
    play.tell(
        f"  {len(found)} certificates are issued. Whoever scans {found[0].number} learns that it is"
        " valid, and the badge of it bears the published key."
    )


async def _issue(play: Play, planned: PlannedClass) -> None:
    signatory = {"name": f"Kepala Contoh ({SYNTHETIC})", "title": "Kepala Balai"}
    await play.api.must_run(
        f"/enrollment/v1/classes/{planned.id}/certificates",
        {"signatory": signatory},
        caller=who_runs(play, planned.center),
        key=play.seeds.key_of("certificates", planned.number),
    )


async def certificates_of(play: Play) -> list[Certificate]:
    """Return the certificates of the drawn wave as its centres see them, by number."""
    found: list[Certificate] = []

    async def read(planned: PlannedClass) -> None:
        path = f"/enrollment/v1/classes/{planned.id}/certificates"
        found.extend(await play.api.items(path, Certificate, caller=who_runs(play, planned.center)))

    await play.crowd("certificates read", play.drawn, read, at_once=_CLASSES_AT_ONCE)
    return sorted(found, key=lambda each: each.number)


async def _verify(play: Play, certificate: Certificate) -> None:
    """Let a stranger scan a certificate, and a program ask after it, without a login.

    Raises:
        PaperFalseError: when one of them is not told that it is valid.
    """
    page = await play.api.fetch(urlsplit(certificate.verification_url).path, headers=_HTML)
    path = f"/enrollment/v1/certificate-verifications/{certificate.number}"
    told = await play.api.get(path, _Verified)
    shown = page.body.decode()
    if certificate.number not in shown or SYNTHETIC not in shown or told.state != "VALID":
        raise PaperFalseError(f"The certificate {certificate.number} is not verified as issued.")


async def _read_badge(play: Play, certificate: Certificate) -> None:
    """Let somebody fetch the badge of his certificate, and a stranger judge it by its key.

    Raises:
        PaperFalseError: when the key that the badge names did not sign it.
    """
    person = next(each for each in play.people if each.id == certificate.participant_id)
    path = f"/enrollment/v1/certificates/{certificate.id}/badge"
    badge = await play.api.fetch(path, caller=applicant(person))
    published = await play.api.get("/enrollment/v1/badge-issuer/keys", _Keys)
    signed, _, signature = badge.body.decode().rpartition(".")
    if not any(_has_signed(each.x, signed, signature) for each in published.keys):
        raise PaperFalseError(f"No published key has signed the badge of {certificate.number}.")


def _has_signed(public: str, signed: str, signature: str) -> bool:
    """Tell whether a key made a signature; both are written as in a JSON Web Token."""
    key = Ed25519PublicKey.from_public_bytes(_bytes_of(public))
    try:
        key.verify(_bytes_of(signature), signed.encode())
    except InvalidSignature:
        return False
    return True


def _bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


async def count_notices(play: Play, people: list[Person]) -> Counter[str]:
    """Return how many notices some people were sent, by kind, as each of them sees it.

    Letters leave by jobs of their own: it waits until none of these people's is under way.
    """
    sent: Counter[str] = Counter()

    async def read(person: Person) -> None:
        path = f"/enrollment/v1/participants/{person.id}/notices"
        for _ in range(_POLLS):
            told = await play.api.items(path, _Notice, caller=applicant(person))
            if all(each.state != "PENDING" for each in told):
                break
            await asyncio.sleep(_POLL_S)
        sent.update(each.kind for each in told if each.state == "SENT")

    await play.crowd("notices", people, read, at_once=_PEOPLE_AT_ONCE)
    return sent
