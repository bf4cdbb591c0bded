"""What only the whole country's administrators may set."""

from services.registry.access.rules import OutOfScopeError
from shared.scope import Scope


def check_national(scope: Scope) -> None:
    """Refuse what holds for the whole country to a caller who does not reach all of it.

    Raises:
        OutOfScopeError: when a place or a ministry limits the scope.
    """
    if not scope.national:
        raise OutOfScopeError
