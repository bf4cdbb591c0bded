"""What may be scored, and when, stated without a database."""

from collections.abc import Mapping

from services.enrollment.selection_criteria.rules import CriterionUnknownError
from shared.errors import ConflictError, ForbiddenError
from shared.i18n import Text
from shared.schemas.enrollment import ApplicationState
from shared.scope import Place, Scope


class ScoreOutsideScopeError(ForbiddenError):
    """The first choice of the application lies outside the caller's scope."""

    code = "out-of-scope"
    title = Text(
        "Pendaftaran ini berada di luar wilayah kewenangan Anda.",
        "The application lies outside your area, facilities or ministries.",
    )


class ApplicationNotScorableError(ConflictError):
    """A draft is not judged yet, and what was withdrawn, refused or decided no more."""

    code = "application-not-scorable"
    title = Text(
        "Hanya pendaftaran yang sudah diajukan yang dapat dinilai.",
        "Only an application that has been submitted can be scored.",
    )


def check_score(
    place: Place,
    *,
    scope: Scope,
    state: ApplicationState,
    criterion: str,
    weights: Mapping[str, int],
) -> None:
    """Refuse a score that the caller may not give, or that nothing would count.

    Raises:
        ScoreOutsideScopeError: when the application is not the caller's to judge.
        ApplicationNotScorableError: when it is not SUBMITTED.
        CriterionUnknownError: when the wave is not scored by `criterion`.
    """
    if not scope.admits(place, write=True):
        raise ScoreOutsideScopeError
    if state is not ApplicationState.SUBMITTED:
        raise ApplicationNotScorableError(
            extra={"present": state.value, "allowed": [ApplicationState.SUBMITTED.value]}
        )
    if criterion not in weights:
        raise CriterionUnknownError
