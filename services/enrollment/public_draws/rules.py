"""When a list may be seen, stated without a database."""

from shared.errors import NotFoundError
from shared.i18n import Text


class DrawUnknownError(NotFoundError):
    """The list is not frozen yet."""

    code = "draw-unknown"
    title = Text("Daftar undian belum dibekukan.", "The list is not frozen yet.")
