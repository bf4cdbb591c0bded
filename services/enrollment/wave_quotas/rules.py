"""Which quotas a wave may have, and until when they change freely, without a database."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from services.enrollment.quotas.rules import Quota, QuotaDimension, QuotaKind
from shared.errors import ConflictError, InvalidError
from shared.i18n import Text
from shared.schemas.enrollment import EntrantKind, Sex

_VALUES: Final = {
    QuotaDimension.SEX: frozenset(each.value for each in Sex),
    QuotaDimension.ENTRANT_KIND: frozenset(each.value for each in EntrantKind),
    QuotaDimension.DISABILITY: frozenset({"true", "false"}),
}
_PROVINCE: Final = re.compile(r"\d{2}")


class QuotaValueError(InvalidError):
    """The value is none that the dimension has."""

    code = "quota-value-invalid"
    title = Text("Nilai kuota tidak sesuai dengan dimensinya.", "The dimension has no such value.")


class QuotaReleaseError(InvalidError):
    """AT_LEAST says when it is released, before the first class starts; AT_MOST never is."""

    code = "quota-release-invalid"
    title = Text(
        "AT_LEAST memerlukan release_at sebelum kelas pertama dimulai; AT_MOST tidak memilikinya.",
        "AT_LEAST takes a release_at before the first class starts; AT_MOST takes none.",
    )


class QuotaTwiceError(InvalidError):
    """Two quotas of one kind are about the same people."""

    code = "quota-twice"
    title = Text("Kuota yang sama tercantum dua kali.", "The same quota is listed twice.")


class QuotaReasonError(ConflictError):
    """Applications are open: who changes the quotas now says why."""

    code = "quota-reason-missing"
    title = Text(
        "Pendaftaran sudah dibuka; perubahan kuota memerlukan alasan.",
        "Applications are open: a change of the quotas takes a reason.",
    )


def check_quotas(quotas: Sequence[Quota], *, first_start: datetime) -> None:
    """Refuse quotas that nobody can keep.

    Raises:
        QuotaValueError, QuotaReleaseError, QuotaTwiceError: with the pointer of the first.
    """
    seen: set[tuple[QuotaDimension, str, QuotaKind]] = set()
    for place, quota in enumerate(quotas):
        at = f"/quotas/{place}"
        if not _has_value(quota):
            raise QuotaValueError(pointer=f"{at}/value")
        if not _may_be_released(quota, first_start=first_start):
            raise QuotaReleaseError(pointer=f"{at}/release_at")
        key = (quota.dimension, quota.value, quota.kind)
        if key in seen:
            raise QuotaTwiceError(pointer=at)
        seen.add(key)


def _has_value(quota: Quota) -> bool:
    if quota.dimension is QuotaDimension.PROVINCE:
        return _PROVINCE.fullmatch(quota.value) is not None
    return quota.value in _VALUES[quota.dimension]


def _may_be_released(quota: Quota, *, first_start: datetime) -> bool:
    if quota.kind is QuotaKind.AT_MOST:
        return quota.release_at is None
    return quota.release_at is not None and quota.release_at <= first_start


def check_reason(reason: str | None, *, opens_at: datetime, now: datetime) -> None:
    """Refuse to change, without a word, what people rely on who have applied.

    Raises:
        QuotaReasonError: when applications are open, or were, and no reason is given.
    """
    if now >= opens_at and reason is None:
        raise QuotaReasonError(pointer="/reason")


def kept_id(present: dict[tuple[QuotaDimension, str, QuotaKind], UUID], quota: Quota) -> UUID:
    """Return the id that a quota has had, or the one it was given."""
    return present.get((quota.dimension, quota.value, quota.kind), quota.id)
