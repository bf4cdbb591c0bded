"""The sending of notices, and the reminders that the calendar makes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, TypeAlias

from services.enrollment.identities.rules import NikKeys, SealedNik
from services.enrollment.notice_templates.rules import (
    TEMPLATES,
    Channel,
    NoticeKind,
    Template,
    render,
    words_of,
)
from services.enrollment.notices import operations, rules
from services.enrollment.notices.operations import Settled
from services.enrollment.notices.rules import Addressee, NoticeState, Suppression
from services.enrollment.notices.schemas import SendNotices
from services.enrollment.notices.tables import Notice
from services.enrollment.participants.tables import Participant
from services.enrollment.senders import (
    Deliver,
    Letter,
    LetterRefusedError,
    Sender,
    SenderAwayError,
    SenderError,
)
from shared.clock import utc_now
from shared.i18n import Language
from shared.jobs.context import Cron, JobContext, JobHandler, WorkerContext
from shared.logging import get_logger
from shared.schemas.enrollment import EnrollmentState

_AT_ONCE: Final = 100
# Then another job takes its turn, so that other work is not kept waiting.
_ROUNDS: Final = 20
# In a rush the claims go before the telling of them.
_REST_S: Final = 0.1
_SETTLE_EVERY: Final = timedelta(seconds=1)
_CLASSES_AT_ONCE: Final = 50
_log = get_logger(__name__)

_Found: TypeAlias = tuple[Notice, Participant | None, EnrollmentState | None]


class _Ready(NamedTuple):
    """A letter, and what the log of notices says of it."""

    letter: Letter
    template: Template


@dataclass(frozen=True, slots=True)
class Post:
    """The way on which notices leave, the keys of their links, and where those links lead."""

    sender: Sender
    keys: NikKeys
    public_url: str

    def prepare(self, found: _Found, *, now: datetime) -> _Ready | Suppression:
        """Return the letter of a notice, or why there is none."""
        notice, person, state = found
        addressee = None if person is None else _addressee(person)
        refused = rules.suppression(
            notice.kind,
            addressee,
            state=state,
            expires_at=notice.expires_at,
            reaches_people=self.sender.reaches_people,
            now=now,
        )
        if refused is not None or person is None or addressee is None:
            return refused or Suppression.NO_PERSON
        channels = rules.channels_of(notice.params, self.sender.channels)
        reached = rules.contact(addressee, channels=channels)
        if reached is None:
            return Suppression.NO_CONTACT
        return self._write(notice, person, *reached)

    def _write(self, notice: Notice, person: Participant, channel: Channel, address: str) -> _Ready:
        language: Language = "en" if person.language == "en" else "id"
        template = TEMPLATES[notice.kind, language]
        words = words_of(notice.params, language=language) | {"name": person.name}
        rendered = render(template, words | self._secret(notice))
        letter = Letter(
            notice_id=notice.id,
            kind=notice.kind,
            channel=channel,
            address=address,
            subject=rendered.subject,
            text=rendered.text,
        )
        return _Ready(letter, template)

    def _secret(self, notice: Notice) -> dict[str, str]:
        """Return the code or the link of a notice; a token is the fragment of its link."""
        path = notice.params.get("path")
        token = self._token(notice)
        if notice.kind is NoticeKind.CODE and token is not None:
            return {"code": token}
        if path is None:
            return {}
        link = f"{self.public_url.rstrip('/')}{path}"
        return {"link": link if token is None else f"{link}#{token}"}

    def _token(self, notice: Notice) -> str | None:
        if notice.token_cipher is None or notice.token_key_id is None:
            return None
        sealed = SealedNik(notice.token_cipher, notice.token_key_id)
        return self.keys.unseal_text(
            sealed, bound_to=rules.token_bound_to(notice.participant_id, notice.occasion_id)
        )


def _addressee(person: Participant) -> Addressee:
    return Addressee(
        synthetic=person.synthetic,
        consents=person.consents,
        addresses={Channel.EMAIL: person.email, Channel.PHONE: person.phone},
        restricted=person.restricted_at is not None,
    )


def _again_or_failed(notice: Notice, error: SenderError, *, now: datetime) -> Settled:
    again_at = rules.next_attempt(notice.attempts, now=now)
    if again_at is None or isinstance(error, LetterRefusedError):
        return _settled(notice, NoticeState.FAILED, reason=error.code)
    return _settled(notice, NoticeState.PENDING, reason=error.code, due_at=again_at)


def _put_off(notice: Notice, error: SenderError, *, now: datetime) -> Settled:
    """Leave a letter for later that was not even tried."""
    due_at = now + rules.AWAY_FOR
    return _settled(notice, NoticeState.PENDING, reason=error.code, due_at=due_at, counted=False)


def _suppressed(notice: Notice, why: Suppression) -> Settled:
    return _settled(notice, NoticeState.SUPPRESSED, reason=why.value, counted=False)


def _settled(notice: Notice, state: NoticeState, **more: Any) -> Settled:  # noqa: ANN401
    told = {"due_at": notice.due_at, **more}
    return Settled(notice.participant_id, notice.id, notice.attempts, state, **told)


class _Round:
    """Sends some notices and writes down what became of them, once a second and at the end.

    What was sent and not written down when a worker dies is sent again, under the same message id.
    """

    def __init__(self, context: WorkerContext, post: Post) -> None:
        self._context = context
        self._post = post
        self._settled: list[Settled] = []
        self._written_at = utc_now()
        self.away: SenderAwayError | None = None

    async def send(self, found: Sequence[_Found]) -> None:
        """Send these notices."""
        now = utc_now()
        letters: list[tuple[Notice, _Ready]] = []
        for each in found:
            ready = self._post.prepare(each, now=now)
            if isinstance(ready, _Ready):
                letters.append((each[0], ready))
            else:
                self._settled.append(_suppressed(each[0], ready))
        try:
            await self._deliver(letters)
        except SenderAwayError as error:
            self._note_away(error)
            self._settled += [_put_off(notice, error, now=now) for notice, _ in letters]
        await self._write_down()

    async def _deliver(self, letters: Sequence[tuple[Notice, _Ready]]) -> None:
        if not letters:
            return
        async with self._post.sender.open() as deliver:
            for notice, ready in letters:
                self._settled.append(await self._try(deliver, notice, ready))
                if utc_now() - self._written_at > _SETTLE_EVERY:
                    await self._write_down()

    def _note_away(self, error: SenderAwayError) -> None:
        if self.away is None:
            _log.warning("sender-away", code=error.code)
        self.away = error

    async def _try(self, deliver: Deliver, notice: Notice, ready: _Ready) -> Settled:
        try:
            reference = await deliver(ready.letter)
        except SenderAwayError as error:
            self._note_away(error)
            return _put_off(notice, error, now=utc_now())
        except SenderError as error:
            _log.info(
                "notice-not-sent",
                notice=str(notice.id),
                kind=notice.kind.value,
                channel=ready.letter.channel.value,
                code=error.code,
            )
            return _again_or_failed(notice, error, now=utc_now())
        return _settled(
            notice,
            NoticeState.SENT,
            channel=ready.letter.channel,
            language=ready.template.language,
            template_version=ready.template.version,
            reference=reference,
        )

    async def _write_down(self) -> None:
        now = utc_now()
        async with self._context.transaction() as session:
            await operations.settle_notices(session, self._settled, now=now)
        self._settled, self._written_at = [], now


async def _send(context: JobContext, post: Post) -> dict[str, Any]:
    taken = 0
    for _ in range(_ROUNDS):
        async with context.transaction() as session:
            found = await operations.claim_due(session, now=utc_now(), limit=_AT_ONCE)
        each_round = _Round(context, post)
        await each_round.send(found)
        taken += len(found)
        await context.progress(taken)
        if len(found) < _AT_ONCE or each_round.away is not None:
            return {"notices": taken}
        await asyncio.sleep(_REST_S)
    async with context.transaction() as session:
        await operations.order_sending_if_due(session, now=utc_now())
    return {"notices": taken}


def send_handler(post: Post) -> JobHandler[SendNotices]:
    """Return what sends notices by `post`."""

    async def send_notices(context: JobContext, _: SendNotices) -> dict[str, Any]:
        return await _send(context, post)

    return JobHandler(SendNotices.kind, SendNotices, send_notices)


async def order_due(context: WorkerContext) -> None:
    """Have sent what is due: another attempt, or what a worker that died has left."""
    async with context.transaction() as session:
        await operations.order_sending_if_due(session, now=utc_now())


async def remind(context: WorkerContext) -> None:
    """Remind people three days and one day before their class starts, some classes at a time."""
    now = utc_now()
    for window in rules.reminder_windows(now):
        reminded = _CLASSES_AT_ONCE
        while reminded == _CLASSES_AT_ONCE:
            async with context.transaction() as session:
                reminded = await operations.remind_classes(
                    session, window, now=now, limit=_CLASSES_AT_ONCE
                )


ORDER_DUE: Final = Cron("order-notices", timedelta(seconds=10), order_due)
REMIND: Final = Cron("start-reminders", timedelta(minutes=10), remind)
