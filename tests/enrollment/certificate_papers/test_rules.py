"""The paper of a certificate: the same bytes each time, for archives and for readers of screens."""

import re
import zlib
from dataclasses import replace
from datetime import date

from services.enrollment.certificate_papers.rules import Paper, render

PAPER = Paper(
    number="BALAI-2027-BLK-1-00001-7K2M9QX4TD",
    url="https://balai.test/enrollment/verify/BALAI-2027-BLK-1-00001-7K2M9QX4TD",
    name='Siti #[1] \\ "Rahayu" $x$',
    program="Kewirausahaan serentak",
    module="Kewirausahaan dasar",
    module_version="2026.1",
    hours=40,
    facility="BLKK Contoh & Rekan",
    starts_on=date(2027, 2, 8),
    ends_on=date(2027, 2, 12),
    issued_on=date(2027, 2, 13),
    signatory_name="Drs. Contoh",
    signatory_title="Kepala Balai",
    synthetic=True,
)


def streams(pdf: bytes) -> bytes:
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    unpacked = []
    for each in found:
        try:
            unpacked.append(zlib.decompress(each))
        except zlib.error:
            unpacked.append(each)
    return b"\n".join([pdf, *unpacked])


def test_makes_the_same_bytes_of_the_same_facts():
    assert render(PAPER) == render(PAPER)
    assert render(PAPER) != render(replace(PAPER, name="Siti Rahayu"))


def test_is_for_archives_and_for_readers_of_screens():
    told = streams(render(PAPER))

    assert re.search(rb"pdfaid:part>2<.*pdfaid:conformance>A<", told, re.DOTALL)
    assert b"pdfuaid:part>1<" in told
    assert b"/Lang" in told


def test_has_one_page_whatever_is_long():
    paper = replace(PAPER, name="Siti Rahayu " * 16, module="Kewirausahaan " * 14, replaces="X")

    assert len(re.findall(rb"/Type */Page\b", streams(render(paper)))) == 1


def test_prints_nobody_by_itself():
    assert repr(PAPER) == "Paper(BALAI-2027-BLK-1-00001-7K2M9QX4TD)"
