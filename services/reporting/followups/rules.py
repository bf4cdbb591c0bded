"""What an answer to a follow-up may say, and how the amounts in it are sealed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.schemas.enrollment import EnrollmentState
from shared.schemas.reporting import FollowUpSource, IncomeChange, OutcomeStatus

NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32
# The longest month has 31 days: an income cannot be later than the horizon at which one is asked.
_DAYS_A_MONTH: Final = 31


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
    """A participant answers as himself and cannot verify himself."""

    code = "followup-source-refused"
    title = Text("Peserta menjawab sebagai SELF.", "A participant answers as SELF.")


class AnswerInconsistentError(InvalidError):
    """Two parts of the answer contradict each other."""

    code = "followup-inconsistent"
    title = Text("Isi jawaban saling bertentangan.", "The answer contradicts itself.")


class IncomeKeyMissingError(InvalidError):
    """Amounts are kept sealed, and this installation has no key to seal them with."""

    code = "income-not-accepted"
    title = Text(
        "Jumlah penghasilan tidak diterima: kunci enkripsi belum dipasang.",
        "Amounts of income are not accepted: no key to encrypt them is installed.",
    )


@dataclass(frozen=True, slots=True)
class Incomes:
    """Monthly income in rupiah before the training and at the horizon; it never prints them."""

    before: int | None
    after: int | None

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
    source: FollowUpSource
    days_to_first_income: int | None = None
    business_started: bool | None = None
    business_running: bool | None = None
    people_hired: int | None = None


def check_completed(state: EnrollmentState) -> None:
    """Refuse to follow up somebody who has not completed.

    Raises:
        NotCompletedError: when the enrollment is in any other state; it is named.
    """
    if state is not EnrollmentState.COMPLETED:
        raise NotCompletedError(extra={"enrollment_state": state.value})


def check_source(source: FollowUpSource, *, answers_himself: bool) -> None:
    """Refuse a participant who records anything but his own word.

    Raises:
        SourceRefusedError: when he says PROXY or VERIFIED.
    """
    if answers_himself and source is not FollowUpSource.SELF:
        raise SourceRefusedError(pointer="/source")


def check_answer(answer: Answer, *, incomes: Incomes, horizon_months: int) -> None:
    """Refuse an answer that contradicts itself.

    Raises:
        AnswerInconsistentError: when somebody who was not reached answers, a business runs that
            never started, or the first income came after the horizon.
    """
    given = {
        "/days_to_first_income": answer.days_to_first_income,
        "/business_started": answer.business_started,
        "/business_running": answer.business_running,
        "/people_hired": answer.people_hired,
        "/income_before_rupiah": incomes.before,
        "/income_after_rupiah": incomes.after,
    }
    if answer.status is OutcomeStatus.UNREACHED:
        for pointer, value in given.items():
            if value is not None:
                raise AnswerInconsistentError(pointer=pointer)
    if answer.business_running and answer.business_started is False:
        raise AnswerInconsistentError(pointer="/business_running")
    if (answer.days_to_first_income or 0) > horizon_months * _DAYS_A_MONTH:
        raise AnswerInconsistentError(pointer="/days_to_first_income")


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
        written = json.dumps([incomes.before, incomes.after]).encode()
        bound = _associated(followup_id, self.current)
        return SealedIncomes(nonce + cipher.encrypt(nonce, written, bound), self.current)

    def unseal(self, sealed: SealedIncomes, *, followup_id: UUID) -> Incomes:
        """Decrypt amounts; a cipher moved to another row or key does not open.

        Raises:
            cryptography.exceptions.InvalidTag: when it was not sealed for this row and key.
        """
        nonce, cipher = sealed.cipher[:NONCE_BYTES], sealed.cipher[NONCE_BYTES:]
        bound = _associated(followup_id, sealed.key_id)
        before, after = json.loads(AESGCM(self.keys[sealed.key_id]).decrypt(nonce, cipher, bound))
        return Incomes(before=before, after=after)


def _associated(followup_id: UUID, key_id: str) -> bytes:
    return f"followup|incomes_cipher|{followup_id}|{key_id}".encode()
