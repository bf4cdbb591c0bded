"""How the paper of a certificate is made, without a database; about 20 ms each."""

import io
import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import segno
import typst

from services.enrollment.notice_templates.rules import day_in_words

# PDF/A-2a is for archives, PDF/UA-1 for readers of screens.
STANDARDS: Final[list[Literal["a-2a", "ua-1"]]] = ["a-2a", "ua-1"]


@dataclass(frozen=True, slots=True)
class Paper:
    """All that a certificate says; it names a person and is never printed elsewhere.

    `url` is where anybody verifies it, `replaces` the number of the one that it takes the place of.
    """

    number: str
    url: str
    name: str
    program: str
    module: str
    module_version: str
    hours: int
    facility: str
    starts_on: date
    ends_on: date
    issued_on: date
    signatory_name: str
    signatory_title: str
    synthetic: bool
    replaces: str | None = None

    def __repr__(self) -> str:
        return f"Paper({self.number})"


@cache
def _template() -> bytes:
    return files(__package__).joinpath("certificate.typ").read_bytes()


def _period(paper: Paper) -> dict[str, str]:
    if paper.starts_on == paper.ends_on:
        return {each: day_in_words(paper.starts_on, language=each) for each in ("id", "en")}
    return {
        "id": f"{day_in_words(paper.starts_on, language='id')} sampai"
        f" {day_in_words(paper.ends_on, language='id')}",
        "en": f"{day_in_words(paper.starts_on, language='en')} to"
        f" {day_in_words(paper.ends_on, language='en')}",
    }


def _facts(paper: Paper) -> str:
    issued = paper.issued_on
    return json.dumps(
        {
            "number": paper.number,
            "url": paper.url,
            "name": paper.name,
            "program": paper.program,
            "module": paper.module,
            "version": paper.module_version,
            "hours": str(paper.hours),
            "facility": paper.facility,
            "period": _period(paper),
            "issued": {
                "year": issued.year,
                "month": issued.month,
                "day": issued.day,
                "id": day_in_words(issued, language="id"),
                "en": day_in_words(issued, language="en"),
            },
            "signatory": paper.signatory_name,
            "title": paper.signatory_title,
            "synthetic": paper.synthetic,
            "replaces": paper.replaces,
        }
    )


def _code(url: str) -> str:
    """Return the QR code of an address as SVG."""
    drawn = io.BytesIO()
    segno.make(url, error="m", micro=False).save(drawn, kind="svg", border=4)
    return drawn.getvalue().decode()


def render(paper: Paper) -> bytes:
    """Return the PDF of a certificate: the same bytes for the same facts.

    Only the fonts of the typesetter itself are used, so that every machine makes the same.

    Source: ISO 19005-2 (PDF/A-2a) and ISO 14289-1 (PDF/UA-1).
    """
    made = typst.compile(
        _template(),
        sys_inputs={"facts": _facts(paper), "qr": _code(paper.url)},
        pdf_standards=[*STANDARDS],
        ignore_system_fonts=True,
    )
    if not isinstance(made, bytes):
        raise TypeError("a certificate is one document")
    return made
