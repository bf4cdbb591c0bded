"""What a wave may be scored by, and until when that may change, stated without a database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from services.enrollment.draws.rules import FULL_WEIGHT
from services.enrollment.waves.rules import SelectionMethod
from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text


class Weight(NamedTuple):
    """One criterion and its weight in hundredths."""

    code: str
    weight: int


# What a wave without stated criteria is ranked by: nothing but the tickets.
NO_WEIGHTS: Final[dict[str, int]] = {}


class WaveNotScoredError(ConflictError):
    """The places of the wave are not given by score."""

    code = "wave-not-scored"
    title = Text(
        "Peserta gelombang ini tidak dipilih berdasarkan nilai.",
        "The places of this wave are not given by score.",
    )


class CriteriaFrozenError(ConflictError):
    """Applications are open: who applies knows what counts."""

    code = "criteria-frozen"
    title = Text(
        "Pendaftaran sudah dibuka; kriteria tidak dapat diubah lagi.",
        "Applications are open; the criteria can no longer change.",
    )


class WeightsError(InvalidError):
    """The weights are not 100 in all."""

    code = "weights-not-100"
    title = Text("Jumlah bobot harus tepat 100.", "The weights must add up to exactly 100.")


class CriterionRepeatedError(InvalidError):
    """Two criteria have one code."""

    code = "criterion-repeated"
    title = Text("Kode kriteria muncul dua kali.", "Two criteria have the same code.")


class CriterionUnknownError(NotFoundError):
    """The wave is not scored by this criterion."""

    code = "criterion-unknown"
    title = Text("Kriteria tidak ditemukan.", "There is no such criterion.")


class ScoresFrozenError(ConflictError):
    """The ranking has been approved: its scores stand."""

    code = "scores-frozen"
    title = Text(
        "Peringkat sudah disetujui; nilai tidak dapat diubah lagi.",
        "The ranking has been approved; no score can change.",
    )


def check_scored(method: SelectionMethod) -> None:
    """Refuse criteria and scores where nothing is scored.

    Raises:
        WaveNotScoredError: when the wave's places are not given by score.
    """
    if method is not SelectionMethod.SCORE:
        raise WaveNotScoredError(
            extra={"present": method.value, "allowed": [SelectionMethod.SCORE.value]}
        )


def check_weights(criteria: Sequence[Weight]) -> None:
    """Refuse criteria whose weights nobody could reckon with.

    Raises:
        CriterionRepeatedError: when two have one code.
        WeightsError: when the weights are not 100 in all.
    """
    seen: set[str] = set()
    for position, each in enumerate(criteria):
        if each.code in seen:
            raise CriterionRepeatedError(pointer=f"/criteria/{position}/code")
        seen.add(each.code)
    total = sum(each.weight for each in criteria)
    if total != FULL_WEIGHT:
        raise WeightsError(
            Text(
                f"Jumlah bobot {total}, seharusnya {FULL_WEIGHT}.",
                f"The weights add up to {total} and not to {FULL_WEIGHT}.",
            ),
            pointer="/criteria",
        )


def check_changeable(*, opens_at: datetime, now: datetime) -> None:
    """Refuse to change what counts once somebody may have applied.

    Raises:
        CriteriaFrozenError: when applications are open, or have been.
    """
    if now >= opens_at:
        raise CriteriaFrozenError(
            extra={
                "present": "OPEN",
                "allowed": ["NOT_OPEN"],
                "opens_at": opens_at.isoformat(),
            }
        )


def check_scorable(*, scored_until: datetime | None) -> None:
    """Refuse to change a score that has been ranked by.

    Raises:
        ScoresFrozenError: when the ranking has been approved.
    """
    if scored_until is not None:
        raise ScoresFrozenError(
            extra={"present": "APPROVED", "allowed": ["COMMITTED", "CLOSED", "PREVIEWED"]}
        )
