"""The key by which a name is found however it was written, stated without a database."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Titles and degrees of the register's people; a name that is nothing else stays as it is.
_TITLES: Final = _set(
    "h hj haji hajjah kh dr dra drs drg ir prof tgk rd raden kiai kyai ustadz ustadzah"
)
_DEGREES: Final = _set(
    "se sh st si sp spd spdi sag sos ssos sip sipi skom skm sked skep sei sfarm skep spsi ssi"
    " stp sthi shi sst sstp samd amd ama amk amkeb ak akt mm mh mt msi mpd mpdi mag mkom mkes"
    " mba msc mak mp mhum mkn med phd lc ba bsc ns apt cpa"
)
_SPELLINGS: Final = {
    "muhammad": (
        "muhamad mohammad mohamad mohamed mohammed muhammed mochammad mochamad moch moh mohd muh"
        " muhd mhd mokhamad mokhammad"
    ),
    "abdul": "abd abdoel",
    "siti": "sitti",
    "nur": "noor noer",
    "ahmad": "achmad akhmad ahmat acmad",
    "ali": "aly",
}
_WRITTEN: Final = {
    spelling: word for word, spellings in _SPELLINGS.items() for spelling in spellings.split()
}
# Words that a comparison changes or leaves out.
_CHANGED: Final = _TITLES | _DEGREES | frozenset(_WRITTEN) | {"m"}
# Marks within a word are dropped (Ma'ruf, Abd.), all else parts words.
_WITHIN: Final = re.compile(r"[.'`\u2018\u2019\u02bc]")
_JOINED: Final = re.compile(r"\.(?=[a-z]{3})")
_BETWEEN: Final = re.compile(r"[^a-z0-9]+")

# What parts words without further thought, and, as a dot, what does not.
_PARTED: Final = {
    code: "." if chr(code) in ".,'`" else " " for code in range(128) if not chr(code).isalnum()
}


def name_key(name: str) -> str:
    """Return a name as it is compared: small letters, no accents, titles, degrees or marks.

    What stands behind a comma is a degree. Words that are written in many ways become one. The
    first `M` of several words is Muhammad. A name without a single Latin letter is compared as it
    was written.
    """
    plain = (name if name.isascii() else _without_accents(name)).lower()
    parted = plain.translate(_PARTED)
    if "." not in parted:
        simple = parted.split()
        if simple and _CHANGED.isdisjoint(simple):
            return " ".join(simple)
    before_comma = plain.partition(",")[0]
    words = _words(before_comma) or _words(plain)
    named = [each for each in words if each not in _TITLES]
    # No name begins with a degree, but some degrees are names.
    named = [*named[:1], *(each for each in named[1:] if each not in _DEGREES)] or words
    if named[:1] == ["m"] and len(named) > 1:
        named[0] = "muhammad"
    return " ".join(_WRITTEN.get(each, each) for each in named) or " ".join(name.lower().split())


def _without_accents(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()


def _words(text: str) -> list[str]:
    # "S.Pd." is one word, "Abd.Rahman" is two.
    dotted = _JOINED.sub(". ", text) if "." in text else text
    words: list[str] = []
    for each in dotted.split():
        words += (each,) if each.isalnum() else _parts(each)
    return words


@lru_cache(maxsize=4_096)
def _parts(word: str) -> tuple[str, ...]:
    return tuple(filter(None, _BETWEEN.split(_WITHIN.sub("", word))))


def likeness(key: str, other: str) -> float:
    """Return how alike two keys are, 0 to 100, whatever the order of their words.

    A name is not like one that merely holds it: Budi is somebody else than Budi Santoso.
    """
    return fuzz.token_sort_ratio(key, other)
