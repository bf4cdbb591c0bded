"""What goes into a pack, without a database."""

import gzip
import hashlib
from typing import Final

from shared.errors import NotFoundError
from shared.i18n import Text

# A centre with more classes at a time asks for fewer days.
MOST_CLASSES: Final = 24
# A class that never opened is of no use any more.
SILENT_DAYS: Final = 30
_ENOUGH: Final = 6


class FacilityUnknownError(NotFoundError):
    """The caller runs no class at such a facility."""

    code = "facility-unknown"
    title = Text("Balai tidak ditemukan.", "There is no such facility.")


def tag_of(body: bytes) -> str:
    """Return the ETag of a pack; weak, since it names the pack packed and unpacked."""
    return f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'


def packed(body: bytes) -> bytes:
    """Return `body` gzipped, the same each time."""
    return gzip.compress(body, _ENOUGH, mtime=0)


def takes_gzip(accepted: str) -> bool:
    """Tell whether the header Accept-Encoding names gzip and does not refuse it.

    Source: RFC 9110, section 12.5.3.
    """
    codings = {
        name.strip().lower(): weight.replace(" ", "").removeprefix("q=")
        for name, _, weight in (part.partition(";") for part in accepted.split(","))
    }
    weight = codings.get("gzip", codings.get("*", "0"))
    return weight == "" or weight.strip("0.") != ""
