"""Refuse changes outside the caller's scope."""

from shared.errors import ForbiddenError
from shared.i18n import Text
from shared.scope import Place, Scope


class OutOfScopeError(ForbiddenError):
    """The thing may be read but lies outside what the caller may change."""

    code = "out-of-scope"
    title = Text(
        "Data ini di luar wilayah atau kementerian Anda.",
        "This lies outside your area or ministry.",
    )


def check_within(scope: Scope, place: Place) -> None:
    """Refuse a change at `place` to a caller whose scope does not reach there.

    Raises:
        OutOfScopeError: when it does not.
    """
    if not scope.admits(place, write=True):
        raise OutOfScopeError
