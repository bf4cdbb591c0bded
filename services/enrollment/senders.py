"""The ways on which notices leave: a port with two adapters, the log and SMTP.

Neither logs an address or a text: what a server answers may repeat both, so that only the number of
its answer is kept.
"""

import asyncio
import re
import smtplib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol, TypeAlias
from uuid import UUID

from services.enrollment.notice_templates.rules import Channel, NoticeKind
from shared.clock import utc_now
from shared.logging import get_logger

_OK: Final = 250
_ACCEPTED: Final = frozenset({250, 251})
_REFUSED_FROM: Final = 500
_QUEUED_AS: Final = re.compile(rb"queued as ([A-Za-z0-9._-]{1,64})")
# What everybody's server takes without the extension for other alphabets (RFC 5321, 4.1.2).
_ADDRESS: Final = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.A)

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice that is about to leave; it never prints whom it is for nor what it says."""

    notice_id: UUID
    kind: NoticeKind
    channel: Channel
    address: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)


class SenderError(Exception):
    """A letter has not left; `code` says why and holds nothing personal."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class SenderAwayError(SenderError):
    """Nothing leaves at the moment: it is not the letter's fault."""


class LetterDelayedError(SenderError):
    """The letter did not leave; another attempt may succeed."""


class LetterRefusedError(SenderError):
    """The letter will never leave."""


# Sends a letter and returns the reference under which the provider knows it.
Deliver: TypeAlias = Callable[[Letter], Awaitable[str]]


class Sender(Protocol):
    """A way on which letters leave.

    `channels` are those that it serves, the preferred first. `reaches_people` tells that letters
    arrive at real addresses, so that those of made-up people must not be sent.
    """

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels that it serves, the preferred first."""

    @property
    def reaches_people(self) -> bool:
        """Whether letters arrive at real addresses."""

    def open(self) -> AbstractAsyncContextManager[Deliver]:
        """Open the way for some letters.

        Raises:
            SenderAwayError: when nothing leaves at the moment.
        """


class LogSender:
    """Says in the log that a notice would have left: for demonstrations and tests."""

    channels = (Channel.EMAIL, Channel.PHONE)
    reaches_people = False

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Deliver]:
        """Open the log, which is always open."""
        yield self._note

    async def _note(self, letter: Letter) -> str:
        _log.info(
            "notice",
            notice=str(letter.notice_id),
            kind=letter.kind.value,
            channel=letter.channel.value,
            outcome="LOGGED",
        )
        return f"log-{letter.notice_id}"


class SmtpSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server, and whose letters it is to take; `ca` names further authorities to trust."""

    host: str
    port: int
    security: SmtpSecurity
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout_s: float = 10.0
    ca: Path | None = None

    @property
    def domain(self) -> str:
        """The domain that letters come from."""
        return self.sender.rpartition("@")[2].rstrip("> ")


class SmtpSender:
    """Hands letters to a mail server, several over one connection; the calls run in a thread."""

    channels = (Channel.EMAIL,)
    reaches_people = True

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Deliver]:
        """Connect, with TLS and as the user where there is one.

        Raises:
            SenderAwayError: when the server is not there or does not take us.
        """
        connection = await asyncio.to_thread(_connect, self._server)
        lost = False

        async def deliver(letter: Letter) -> str:
            nonlocal lost
            if lost:
                raise SenderAwayError("smtp-disconnected")
            try:
                return await asyncio.to_thread(_hand_over, connection, self._server, letter)
            except (OSError, smtplib.SMTPServerDisconnected) as error:
                # The server may or may not have it: that counts as an attempt, and it keeps its id.
                lost = True
                raise LetterDelayedError("smtp-disconnected") from error

        try:
            yield deliver
        finally:
            await asyncio.to_thread(_quit, connection)


def _connect(server: SmtpServer) -> smtplib.SMTP:
    try:
        return _logged_in(server)
    except smtplib.SMTPAuthenticationError as error:
        raise SenderAwayError("smtp-login-refused") from error
    except smtplib.SMTPNotSupportedError as error:
        raise SenderAwayError("smtp-not-supported") from error
    except smtplib.SMTPResponseException as error:
        raise SenderAwayError(f"smtp-{error.smtp_code}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise SenderAwayError("smtp-unreachable") from error


def _logged_in(server: SmtpServer) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=server.ca)
    host, port, name = server.host, server.port, server.domain
    connection: smtplib.SMTP
    if server.security is SmtpSecurity.TLS:
        connection = smtplib.SMTP_SSL(host, port, name, timeout=server.timeout_s, context=context)
    else:
        connection = smtplib.SMTP(host, port, name, timeout=server.timeout_s)
    try:
        if server.security is SmtpSecurity.STARTTLS:
            connection.starttls(context=context)
        if server.user is not None:
            connection.login(server.user, server.password or "")
        connection.ehlo_or_helo_if_needed()
    except BaseException:
        connection.close()
        raise
    return connection


def _quit(connection: smtplib.SMTP) -> None:
    with suppress(OSError, smtplib.SMTPException):
        connection.quit()
    connection.close()


def _hand_over(connection: smtplib.SMTP, server: SmtpServer, letter: Letter) -> str:
    message = _message(server, letter)
    connection.rset()
    code, _ = connection.mail(_address_of(server.sender))
    if code != _OK:
        raise LetterDelayedError(f"smtp-from-{code}")
    code, _ = connection.rcpt(letter.address)
    if code not in _ACCEPTED:
        raise _refusal(code)
    try:
        code, answer = connection.data(message.as_bytes())
    except smtplib.SMTPDataError as error:
        raise _refusal(error.smtp_code) from error
    if code != _OK:
        raise _refusal(code)
    told = _QUEUED_AS.search(answer)
    return told[1].decode() if told else str(message["Message-ID"]).strip("<>")


def _refusal(code: int) -> SenderError:
    refusal = LetterRefusedError if code >= _REFUSED_FROM else LetterDelayedError
    return refusal(f"smtp-{code}")


def _address_of(sender: str) -> str:
    return sender.rpartition("<")[2].rstrip("> ")


def _message(server: SmtpServer, letter: Letter) -> EmailMessage:
    """Return the letter as plain text; its id is that of the notice, however often it is sent."""
    if _ADDRESS.fullmatch(letter.address) is None:
        raise LetterRefusedError("address-invalid")
    message = EmailMessage(policy=SMTP)
    message["From"] = server.sender
    try:
        message["To"] = Address(addr_spec=letter.address)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise LetterRefusedError("address-invalid") from error
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(utc_now())
    message["Message-ID"] = f"<{letter.notice_id}@{server.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message
