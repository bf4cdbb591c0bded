"""What an answer to a follow-up may say, and how the amounts in it are sealed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.reporting.business_sizes.rules import (
    SIZE_RULE,
    SizeClass,
    SizeCriterion,
    is_larger,
    size_class,
)
from shared.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.schemas.enrollment import EnrollmentState, Financing
from shared.schemas.reporting import FollowUpSource, IncomeChange, OutcomeStatus

NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32
# The longest month has 31 days: an income cannot be later than the horizon at which one is asked.
_DAYS_A_MONTH: Final = 31
_OWN: Final = (FollowUpSource.SELF,)
_STAFF: Final = (FollowUpSource.PROXY, FollowUpSource.VERIFIED)
# What is corrected by the same alone.
_STRONG: Final = (FollowUpSource.SELF, FollowUpSource.VERIFIED)
_SILENT: Final = (OutcomeStatus.ASKED, OutcomeStatus.UNREACHED)
# Who does one of these runs no business and employs nobody.
_IDLE: Final = (OutcomeStatus.SEEKING, OutcomeStatus.INACTIVE, OutcomeStatus.STUDYING)


class EvidenceKind(StrEnum):
    """Which document proves an answer."""

    PAYSLIP = "PAYSLIP"
    CONTRACT = "CONTRACT"
    NIB = "NIB"
    HALAL_CERTIFICATE = "HALAL_CERTIFICATE"
    FINANCING_AGREEMENT = "FINANCING_AGREEMENT"
    ACCOUNTS = "ACCOUNTS"
    PHOTO = "PHOTO"
    OTHER = "OTHER"


class RecordedAs(StrEnum):
    """In which role somebody recorded an answer: of himself, for a centre, or for an office."""

    PERSON = "PERSON"
    CENTRE = "CENTRE"
    OFFICE = "OFFICE"


class UnknownEnrollmentError(NotFoundError):
    """No enrollment of that id is known here, or the caller may not know that it is."""

    code = "unknown-enrollment"
    title = Text(
        "Kepesertaan tidak dikenal di pelaporan; yang baru saja dibuat dikenal beberapa saat lagi.",
        "Reporting knows no such enrollment; one just made will be known in a moment.",
    )


class NotCompletedError(ConflictError):
    """Only somebody who completed the training has an outcome of it."""

    code = "not-completed"
    title = Text(
        "Hanya peserta yang menyelesaikan pelatihan yang ditelusuri.",
        "Only somebody who completed the training is followed up.",
    )


class HomeOnlyError(ForbiddenError):
    """The office of the home area may read an enrollment elsewhere but record nothing of it."""

    code = "home-area-reads-only"
    title = Text(
        "Kantor daerah asal hanya boleh membaca.",
        "The office of the home area may only read.",
    )


class FollowUpIdTakenError(ConflictError):
    """The id names another follow-up."""

    code = "followup-id-taken"
    title = Text("Id sudah dipakai tindak lanjut lain.", "The id names another follow-up.")


class RecordedTwiceError(ConflictError):
    """Somebody else records the same horizon of the same enrollment at this moment."""

    code = "followup-being-recorded"
    title = Text(
        "Tindak lanjut yang sama sedang dicatat; coba lagi.",
        "The same follow-up is being recorded; try again.",
    )


class SourceRefusedError(InvalidError):
    """A participant cannot verify himself, and nobody else can say what is his own word."""

    code = "followup-source-refused"
    title = Text(
        "Peserta menjawab sebagai SELF; petugas mencatat sebagai PROXY atau VERIFIED.",
        "A participant answers as SELF; staff record as PROXY or VERIFIED.",
    )


class OwnWordError(ConflictError):
    """What a person said himself, or a document proves, gives way to nothing weaker."""

    code = "followup-own-word"
    title = Text(
        "Jawaban peserta sendiri atau yang berbukti hanya dikoreksi peserta atau dengan bukti.",
        "What the person said, or a document proves, is corrected by the person or by evidence.",
    )


class FollowUpNotDueError(ConflictError):
    """Nobody knows yet what somebody does at the horizon."""

    code = "followup-not-due"
    title = Text(
        "Waktu tindak lanjut ini belum tiba.", "It is not yet time to answer this follow-up."
    )


class AnswerInconsistentError(InvalidError):
    """Two parts of the answer contradict each other."""

    code = "followup-inconsistent"
    title = Text("Isi jawaban saling bertentangan.", "The answer contradicts itself.")


class EvidenceMissingError(InvalidError):
    """Whoever says that a document was seen says which."""

    code = "evidence-missing"
    title = Text(
        "Jawaban VERIFIED menyebut buktinya.", "A VERIFIED answer names what it was seen in."
    )


class IncomeKeyMissingError(InvalidError):
    """Amounts are kept sealed, and this installation has no key to seal them with."""

    code = "income-not-accepted"
    title = Text(
        "Jumlah penghasilan tidak diterima: kunci enkripsi belum dipasang.",
        "Amounts of income are not accepted: no key to encrypt them is installed.",
    )


@dataclass(frozen=True, slots=True)
class Incomes:
    """Monthly income in rupiah before the training and at the horizon; it never prints them.

    So it is with what the size of the business is judged by: its capital, or its sales a year.
    """

    before: int | None = None
    after: int | None = None
    size_before: int | None = None
    size_after: int | None = None

    def __repr__(self) -> str:
        return "Incomes(...)"

    @property
    def change(self) -> IncomeChange | None:
        """Which way the income went; None unless both are known."""
        if self.before is None or self.after is None:
            return None
        if self.before == self.after:
            return IncomeChange.SAME
        return IncomeChange.UP if self.after > self.before else IncomeChange.DOWN


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, apart from the amounts."""

    status: OutcomeStatus
    source: FollowUpSource | None
    days_to_first_income: int | None = None
    business_started: bool | None = None
    business_running: bool | None = None
    people_hired: int | None = None
    nib_obtained: bool | None = None
    halal_certified: bool | None = None
    financing_kind: Financing | None = None
    financing_bank: str | None = None
    size_criterion: SizeCriterion | None = None
    matches_trade: bool | None = None


@dataclass(frozen=True, slots=True)
class Sizes:
    """The size classes of a business before the training and at the horizon, and by which rule."""

    criterion: SizeCriterion | None = None
    before: SizeClass | None = None
    after: SizeClass | None = None
    rule: str | None = None

    @property
    def up(self) -> bool | None:
        """Whether the business has risen (naik kelas); None unless both classes are known."""
        if self.before is None or self.after is None:
            return None
        return is_larger(self.after, than=self.before)


def sizes_of(incomes: Incomes, criterion: SizeCriterion | None) -> Sizes:
    """Return the classes by what was told of a business; without a criterion it is its sales."""
    if incomes.size_before is None and incomes.size_after is None:
        return Sizes()
    by = criterion or SizeCriterion.SALES
    before, after = (
        None if rupiah is None else size_class(by, rupiah)
        for rupiah in (incomes.size_before, incomes.size_after)
    )
    return Sizes(by, before, after, SIZE_RULE)


def check_completed(state: EnrollmentState) -> None:
    """Refuse to follow up somebody who has not completed.

    Raises:
        NotCompletedError: when the enrollment is in any other state; it is named.
    """
    if state is not EnrollmentState.COMPLETED:
        raise NotCompletedError(extra={"enrollment_state": state.value})


def check_source(source: FollowUpSource, *, recorded_as: RecordedAs, evidence: int) -> None:
    """Refuse another's word as one's own, one's own as another's, and a seal without a document.

    Raises:
        SourceRefusedError: when a participant says PROXY or VERIFIED, or staff say SELF.
        EvidenceMissingError: when somebody says VERIFIED and names no document.
    """
    allowed = _OWN if recorded_as is RecordedAs.PERSON else _STAFF
    if source not in allowed:
        raise SourceRefusedError(pointer="/source", extra={"allowed": list(allowed)})
    if source is FollowUpSource.VERIFIED and not evidence:
        raise EvidenceMissingError(pointer="/evidence")


def check_replaces(
    present: OutcomeStatus, told_by: FollowUpSource | None, *, answer: Answer
) -> None:
    """Refuse to put hearsay, or silence, over what a person said or a document proves.

    Raises:
        OwnWordError: when the present answer is SELF or VERIFIED and the new one is PROXY, or
            says that nobody was reached.
    """
    if present in _SILENT or told_by not in _STRONG:
        return
    if answer.source not in _STRONG or answer.status is OutcomeStatus.UNREACHED:
        raise OwnWordError(extra={"present": told_by.value, "allowed": list(_STRONG)})


def check_due(due_on: date | None, *, today: date) -> None:
    """Refuse an answer of a day that has not come.

    Raises:
        FollowUpNotDueError: when it has not; the day is named.
    """
    if due_on is not None and today < due_on:
        raise FollowUpNotDueError(extra={"due_on": due_on.isoformat()})


def check_answer(answer: Answer, *, incomes: Incomes, horizon_months: int) -> None:
    """Refuse an answer that contradicts itself.

    Raises:
        AnswerInconsistentError: when nothing is answered, somebody who was not reached answers, a
            business runs that never started or of somebody who does not work, a bank financed
            nothing, or the first income came after the horizon.
    """
    if answer.status is OutcomeStatus.ASKED:
        raise AnswerInconsistentError(pointer="/status")
    given = {
        "/days_to_first_income": answer.days_to_first_income,
        "/business_started": answer.business_started,
        "/business_running": answer.business_running,
        "/people_hired": answer.people_hired,
        "/income_before_rupiah": incomes.before,
        "/income_after_rupiah": incomes.after,
        "/nib_obtained": answer.nib_obtained,
        "/halal_certified": answer.halal_certified,
        "/financing_kind": answer.financing_kind,
        "/size_before_rupiah": incomes.size_before,
        "/size_after_rupiah": incomes.size_after,
        "/matches_trade": answer.matches_trade,
    }
    if answer.status is OutcomeStatus.UNREACHED:
        for pointer, value in given.items():
            if value is not None:
                raise AnswerInconsistentError(pointer=pointer)
    _check_business(answer)
    if answer.financing_bank is not None and answer.financing_kind is None:
        raise AnswerInconsistentError(pointer="/financing_bank")
    if (answer.days_to_first_income or 0) > horizon_months * _DAYS_A_MONTH:
        raise AnswerInconsistentError(pointer="/days_to_first_income")


def _check_business(answer: Answer) -> None:
    idle = answer.status in _IDLE
    if answer.business_running and (idle or answer.business_started is False):
        raise AnswerInconsistentError(pointer="/business_running")
    if idle and answer.people_hired:
        raise AnswerInconsistentError(pointer="/people_hired")


@dataclass(frozen=True, slots=True)
class SealedIncomes:
    """Amounts as they are kept: the nonce stands before the ciphertext."""

    cipher: bytes
    key_id: str


@dataclass(frozen=True, slots=True)
class IncomeKeys:
    """The AES-256 keys of all generations, and the one that new amounts are sealed with.

    Raises:
        ValueError: when a key has not 32 bytes or the current one is missing.

    Source: UU 27/2022, article 4 paragraph 2: personal finance is specific personal data.
    """

    current: str
    keys: Mapping[str, bytes]

    def __post_init__(self) -> None:
        if self.current not in self.keys:
            raise ValueError("the current income key is not among the keys")
        if any(len(key) != _KEY_BYTES for key in self.keys.values()):
            raise ValueError("an income key has 32 bytes")

    def __repr__(self) -> str:
        return "IncomeKeys(...)"

    def seal(self, incomes: Incomes, *, followup_id: UUID, nonce: bytes) -> SealedIncomes:
        """Encrypt amounts for one row; `nonce` has 12 random bytes and is never used twice."""
        cipher = AESGCM(self.keys[self.current])
        written = json.dumps(
            [incomes.before, incomes.after, incomes.size_before, incomes.size_after]
        ).encode()
        bound = _associated(followup_id, self.current)
        return SealedIncomes(nonce + cipher.encrypt(nonce, written, bound), self.current)

    def unseal(self, sealed: SealedIncomes, *, followup_id: UUID) -> Incomes:
        """Decrypt amounts; a cipher moved to another row or key does not open.

        Raises:
            cryptography.exceptions.InvalidTag: when it was not sealed for this row and key.
        """
        bound = _associated(followup_id, sealed.key_id)
        return Incomes(*json.loads(self._open(sealed, bound)))

    def seal_draft(
        self, answers: Mapping[str, object], *, followup_id: UUID, nonce: bytes
    ) -> SealedIncomes:
        """Encrypt what somebody has filled in so far; `nonce` as in `seal`."""
        cipher = AESGCM(self.keys[self.current])
        bound = _associated(followup_id, self.current, "draft_cipher")
        sealed = cipher.encrypt(nonce, json.dumps(answers).encode(), bound)
        return SealedIncomes(nonce + sealed, self.current)

    def unseal_draft(self, sealed: SealedIncomes, *, followup_id: UUID) -> dict[str, Any]:
        """Decrypt what somebody had filled in.

        Raises:
            cryptography.exceptions.InvalidTag: when it was not sealed for this row and key.
        """
        bound = _associated(followup_id, sealed.key_id, "draft_cipher")
        answers: dict[str, Any] = json.loads(self._open(sealed, bound))
        return answers

    def _open(self, sealed: SealedIncomes, bound: bytes) -> bytes:
        nonce, cipher = sealed.cipher[:NONCE_BYTES], sealed.cipher[NONCE_BYTES:]
        return AESGCM(self.keys[sealed.key_id]).decrypt(nonce, cipher, bound)


def _associated(followup_id: UUID, key_id: str, column: str = "incomes_cipher") -> bytes:
    return f"followup|{column}|{followup_id}|{key_id}".encode()
