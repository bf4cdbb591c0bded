"""The whole way through, as somebody goes it who has started Balai for the first time."""

import json
import re
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.pilot.seeds import Seeds
from shared.clock import utc_now
from shared.http.tokens import make_key, sign_business_time
from tests.support.stack import SEEDS, SIZE, Balai
from tests.support.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("stack"), pytest.mark.timeout(900)]

NIK_LIKE = re.compile(rb"(?<!\d)\d{12}0000(?!\d)")


def lines_of(path: Path) -> list[bytes]:
    """Return the whole lines of a file that somebody may be writing."""
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


class TestFirstStart:
    def test_plays_the_pilot_and_audits_it(self, balai: Balai):
        told = balai.said

        assert "audit: 0 differences" in told
        assert "Sari Contoh (DATA SINTETIS) finds her class full." in told
        assert re.search(r"oversold\s+│\s+0 ", told)
        assert re.search(r"duplicates\s+│\s+0 ", told)
        assert told.index("audit: 0 differences") < told.index("Balai is up")

    def test_leaves_a_report_that_anybody_may_read(self, balai: Balai):
        page = balai.get("/reporting/")
        progress = balai.get("/reporting/v1/reports/progress").json()
        opening = balai.get("/reporting/v1/reports/opening?by=zone").json()

        assert page.status_code == 200
        assert "DATA SINTETIS" in page.text
        assert progress["meta"]["synthetic"] is True
        assert progress["meta"]["lag_seconds"] is not None
        assert {row["dims"]["zone"] for row in opening["rows"]} == {"WIB", "WITA", "WIT"}

    def test_gives_the_heroine_one_seat(self, balai: Balai):
        sari = str(SEEDS.id_of("participant"))
        own = balai.token("--role", "PARTICIPANT", "--person", sari)
        admin = balai.token("--persona", "admin")

        wave = SEEDS.id_of("wave")
        classes = balai.get(f"/enrollment/v1/classes?wave_id={wave}", admin).json()["items"]
        seats = [
            row
            for each in classes
            for row in balai.get(f"/enrollment/v1/classes/{each['id']}/enrollments", own).json()[
                "items"
            ]
        ]

        assert len(classes) == SEEDS.classes
        assert [row["participant_id"] for row in seats] == [sari]

    def test_shows_figures_that_are_those_of_the_records(self, balai: Balai):
        counts = balai.audit()["counts"]
        admin = balai.token("--persona", "admin")
        funnel = balai.get("/reporting/v1/reports/funnel", admin).json()

        claims = [row for row in funnel["rows"] if row["dims"]["indicator"] == "claims"]
        assert claims[0]["numerator"] == counts["enrollments"]
        assert counts["participants"] == SEEDS.applicants

    def test_writes_no_nik_anywhere_but_into_its_table(self, balai: Balai):
        written = [
            path
            for folder in ("logs", "pilot", "run", "valkey")
            for path in (balai.home / folder).rglob("*")
            if path.is_file()
        ]

        assert len(written) > 8
        assert [path for path in written if NIK_LIKE.search(path.read_bytes())] == []


class TestBusinessTime:
    def test_is_refused_unless_the_command_line_signed_it(self, balai: Balai):
        forged = sign_business_time(make_key("balai:cli"), utc_now() + timedelta(days=1))

        answer = balai.get(
            f"/enrollment/v1/waves/{SEEDS.id_of('wave')}/classes", {"Balai-Business-Time": forged}
        )

        assert (answer.status_code, answer.json()["code"]) == (400, "business-time-refused")


class TestAgain:
    def test_plays_nothing_twice(self, balai: Balai):
        before = balai.audit()["counts"]

        shown = balai.run("pilot", *SIZE)

        assert shown.returncode == 0
        assert "has been played; nothing is done twice" in shown.stdout
        assert balai.audit()["counts"] == before

    async def test_goes_on_where_it_was_interrupted(self, balai: Balai):
        seeds = Seeds(seed=2, applicants=SEEDS.applicants, classes=SEEDS.classes)
        journal = balai.home / "pilot" / seeds.label / "journal.jsonl"
        interrupted = balai.begin("pilot", *SIZE, "--seed=2")
        await eventually(lambda: len(lines_of(journal)) > 160, within_s=120)
        interrupted.send_signal(signal.SIGKILL)
        interrupted.wait()
        known = lines_of(journal)

        written = balai.home / "second.json"
        shown = balai.run("pilot", *SIZE, "--seed=2", "--json", str(written))

        ending = json.loads(written.read_text())
        assert shown.returncode == 0, shown.stdout + shown.stderr
        assert lines_of(journal)[: len(known)] == known
        assert (ending["oversold"], ending["duplicates"], ending["lost"]) == (0, 0, 0)
        assert ending["classes_opened"] == SEEDS.classes
        assert balai.audit()["differences"] == 0


class TestAfterAPowerCut:
    def test_is_up_again_with_the_same_records(self, balai: Balai):
        before = balai.audit()["counts"]

        balai.kill_everything()
        balai.stack.start()

        told = "".join(balai.stack.heard)
        assert "has been played; nothing is done twice" in told
        assert "audit: 0 differences" in told
        assert balai.audit()["counts"] == before
