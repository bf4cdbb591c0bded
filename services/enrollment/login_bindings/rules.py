"""Who may act for whom, stated without a database."""

from uuid import UUID

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.scope import Scope


class BindingRefusedError(InvalidError):
    """NIK, birth date and code do not fit together; which of them is wrong is not told."""

    code = "binding-refused"
    title = Text(
        "NIK, tanggal lahir, dan kode tidak cocok. Bila kontak Anda sudah berubah, datanglah ke"
        " dinas.",
        "NIK, birth date and code do not fit together. If your contact has changed, go to an"
        " office.",
    )


class LoginBoundError(ConflictError):
    """The login acts for a person already."""

    code = "login-bound"
    title = Text(
        "Akun ini sudah tertaut ke seorang peserta.", "This login acts for a person already."
    )


class PersonBoundError(ConflictError):
    """Another login acts for the person; only who has proved to be the person is told."""

    code = "person-bound"
    title = Text(
        "Akun lain sudah tertaut ke data Anda; dinas dapat melepasnya.",
        "Another login acts for you already; an office can unbind it.",
    )


class PersonNotBoundError(ConflictError):
    """No login acts for the person."""

    code = "person-not-bound"
    title = Text("Tidak ada akun yang tertaut ke orang ini.", "No login acts for this person.")


class LoginNotBoundError(NotFoundError):
    """The login acts for nobody yet."""

    code = "login-not-bound"
    title = Text("Akun ini belum tertaut ke seorang peserta.", "This login acts for nobody yet.")


def own_id(scope: Scope) -> UUID | None:
    """Return for whom a caller acts; None for somebody who acts for nobody."""
    own = (reach.participant_id for reach in scope.reaches)
    return next((each for each in own if each is not None), None)


def required_own_id(scope: Scope) -> UUID:
    """Return for whom a caller acts.

    Raises:
        LoginNotBoundError: when he acts for nobody.
    """
    found = own_id(scope)
    if found is None:
        raise LoginNotBoundError
    return found
