"""Certificates as strangers see them: paper by Poppler and ZXing, badge by jose, openbadgeslib."""

import base64
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from services.enrollment.badges.operations import sign_badge
from services.enrollment.badges.rules import Badge, read_keys
from services.enrollment.certificate_papers.rules import Paper, render
from shared.http.tokens import make_key
from tests.proof.conftest import HERE

NUMBER = "BALAI-2027-BLK-3373-01-00001-7K2M9QX4TD"
URL = f"http://127.0.0.1:8080/enrollment/verify/{NUMBER}"
ISSUER = "http://127.0.0.1:8080/enrollment/v1/badge-issuer"
NAME = "I Gusti Ayu Ngurah Contoh"
PAPER = Paper(
    number=NUMBER,
    url=URL,
    name=NAME,
    program="DATA SINTETIS Kewirausahaan serentak",
    module="Kewirausahaan dasar",
    module_version="2026.1",
    hours=40,
    facility="BLKK Contoh",
    starts_on=date(2027, 2, 8),
    ends_on=date(2027, 2, 12),
    issued_on=date(2027, 2, 13),
    signatory_name="Drs. Contoh",
    signatory_title="Kepala Balai",
    synthetic=True,
)
BADGE = Badge(
    certificate_id=UUID(int=1),
    subject_id=UUID(int=2),
    class_id=UUID(int=3),
    module_id=UUID(int=4),
    facility_id=UUID(int=5),
    number=NUMBER,
    title=PAPER.module,
    module_version=PAPER.module_version,
    hours=40,
    program=PAPER.program,
    facility=PAPER.facility,
    issued_at=datetime(2026, 2, 13, tzinfo=UTC),
    verification_url=URL,
    issuer=ISSUER,
    public_url="http://127.0.0.1:8080",
    synthetic=True,
    email="contoh@example.org",
)


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    printed = tmp_path / "certificate.pdf"
    printed.write_bytes(render(PAPER))
    return printed


class TestPaper:
    def test_says_what_it_has_to_and_no_nik(self, stranger, paper):
        said = stranger("pdftotext", "-layout", paper, "-")

        for each in (
            NAME, NUMBER, "Kewirausahaan dasar", "BLKK Contoh", "13 Februari 2027",
            "13 February 2027", "DATA SINTETIS", "Certificate of Training", "Drs. Contoh",
        ):  # fmt: skip
            assert each in said
        assert not re.search(r"\d{16}", re.sub(r"\s", "", said))

    def test_holds_all_its_fonts_and_is_tagged(self, stranger, paper):
        fonts = stranger("pdffonts", paper).splitlines()[2:]
        told = stranger("pdfinfo", paper)

        embedded = [line.split()[-5] for line in fonts if "LibertinusSerif" in line]
        assert embedded
        assert set(embedded) == {"yes"}
        assert re.search(r"Tagged: +yes", told)
        assert re.search(r"Pages: +1\b", told)

    @pytest.mark.parametrize("dots", ["60", "150"])
    def test_shows_a_code_that_leads_to_its_verification(self, stranger, paper, tmp_path, dots):
        picture = tmp_path / "certificate"
        stranger("pdftoppm", "-r", dots, "-png", "-singlefile", paper, picture)

        said = stranger(
            HERE / ".venv/barcodes/bin/python", HERE / "read_barcodes.py", f"{picture}.png"
        )

        assert said.splitlines() == [URL]


def tampered(badge: str) -> str:
    head, body, signature = badge.split(".")
    told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    told["credentialSubject"]["achievement"]["name"] = "Doktor"
    forged = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    return f"{head}.{forged}.{signature}"


@pytest.fixture(params=["jose", "openbadgeslib"])
def verify(request, stranger, tmp_path):
    """Return the function by which a stranger verifies a badge under a key."""
    command = {
        "jose": ("node", HERE / "verify_badge.mjs"),
        "openbadgeslib": (HERE / ".venv/openbadges/bin/python", HERE / "verify_badge.py"),
    }[request.param]

    def ask(badge: str, jwk: dict) -> list[str]:
        files = [tmp_path / "badge.jwt", tmp_path / "key.json"]
        files[0].write_text(badge)
        files[1].write_text(json.dumps(jwk))
        return stranger(*command, *files).splitlines()

    return ask


class TestBadge:
    @pytest.fixture
    def keys(self):
        made = [make_key("badges").as_dict(private=True) for _ in range(2)]
        return read_keys({"keys": made})

    def test_is_accepted(self, verify, keys):
        name, _ = keys.signing

        said = verify(sign_badge(BADGE, keys=keys), keys.public(name, issuer=ISSUER))

        assert said == [ISSUER, f"urn:uuid:{BADGE.subject_id}"]

    def test_is_refused_once_tampered_with(self, verify, keys):
        name, _ = keys.signing
        badge = sign_badge(BADGE, keys=keys)

        with pytest.raises(AssertionError, match=r"(?i)signature"):
            verify(tampered(badge), keys.public(name, issuer=ISSUER))

    def test_is_refused_under_another_key(self, verify, keys):
        _, other = keys.keys

        with pytest.raises(AssertionError, match=r"(?i)signature"):
            verify(
                sign_badge(replace(BADGE, email=None), keys=keys),
                keys.public(other, issuer=ISSUER),
            )
