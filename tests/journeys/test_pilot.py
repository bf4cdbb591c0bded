"""The whole way through, as somebody goes it who has started Balai for the first time."""

import json
import re
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from deploy.pilot.seeds import Seeds
from shared.clock import utc_now
from shared.http.tokens import make_key, sign_business_time
from tests.support.stack import SEEDS, SIZE, Balai
from tests.support.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("stack"), pytest.mark.timeout(900)]

DOCS = Path(__file__).parents[2] / "docs" / "selection.md"
NIK_LIKE = re.compile(rb"(?<!\d)\d{12}0000(?!\d)")


def lines_of(path: Path) -> list[bytes]:
    """Return the whole lines of a file that somebody may be writing."""
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


def claims_of(rows: list[dict]) -> int:
    """Return the whole whose parts a small pilot's tables withhold."""
    (row,) = (each for each in rows if each["dims"]["indicator"] == "claims")
    return row["numerator"]


def without_marks(page: str) -> str:
    return re.sub(r"<[^>]+>", " ", page)


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

    def test_leaves_a_sheet_and_tables_that_anybody_may_print(self, balai: Balai):
        address = re.search(r"the sheet to print: http\S+?(/reporting/\S+)", balai.said)
        sheet = balai.get(f"{address[1]}?lang=en")
        tables = balai.get("/reporting/v1/published-tables").json()["items"]
        funnel = balai.get("/reporting/v1/published-tables/funnel").json()
        admin = balai.token("--persona", "admin")
        live = balai.get("/reporting/v1/reports/funnel", admin).json()["rows"]

        assert sheet.status_code == 200
        assert "DATA SINTETIS" in sheet.text
        assert len(tables) > 15
        assert [each["code"] for each in tables if not each["edition"]["rows"]] == []
        assert claims_of(funnel["rows"]) == claims_of(live) > 0
        assert re.search(r"Completed\s+\S", without_marks(sheet.text))

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


class TestDrawnWave:
    WAVE = f"/enrollment/v1/waves/{SEEDS.id_of('drawn-wave')}"

    def test_is_repeated_by_the_script_of_the_docs_from_what_is_published(
        self, balai: Balai, tmp_path: Path
    ):
        script = re.search(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
        names = {"repeat.py": script[1].encode()}
        for name in ("selection", "draw"):
            names[f"{name}.json"] = balai.get(f"{self.WAVE}/{name}").content
        for name, content in names.items():
            (tmp_path / name).write_bytes(content)

        shown = subprocess.run(
            [sys.executable, "-I", "repeat.py", "selection.json", "draw.json"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

        told = json.loads(names["selection.json"])
        assert (told["state"], len(told["seed"])) == ("ANNOUNCED", 64)
        assert told["public_source"] is not None
        assert told["counts"]["PLACED"] == sum(
            each["seats"] for each in self.draw(balai)["classes"]
        )
        assert shown.returncode == 0, shown.stderr
        assert shown.stdout.endswith("ranks as announced; places too\n")

    def draw(self, balai: Balai) -> dict:
        return balai.get(f"{self.WAVE}/draw").json()

    def test_leaves_nobody_with_an_open_offer(self, balai: Balai):
        admin = balai.token("--persona", "admin")
        rows = [
            row
            for each in self.draw(balai)["classes"]
            for row in balai.get(f"/enrollment/v1/classes/{each['id']}/enrollments", admin).json()[
                "items"
            ]
        ]

        states = {row["state"] for row in rows}
        assert states >= {"COMPLETED", "DECLINED", "CANCELLED"}
        assert not states & {"OFFERED", "SEATED"}

    def test_was_decided_on_and_paid_for_before_it_began(self, balai: Balai):
        manager = balai.token("--persona", "manager-msme")
        (decision,) = balai.get(f"{self.WAVE}/decisions", manager).json()["items"]
        class_id = self.draw(balai)["classes"][0]["id"]
        funding = balai.get(f"/enrollment/v1/classes/{class_id}/funding", manager).json()

        assert (decision["verdict"], decision["number"]) == ("GO", 1)
        assert decision["readiness"]["classes"] == len(self.draw(balai)["classes"])
        assert set(funding["by_source"]) == {"APBN", "APBD"}

    def test_ends_with_certificates_that_anybody_verifies(self, balai: Balai):
        admin = balai.token("--persona", "admin")
        issued = [
            certificate
            for each in self.draw(balai)["classes"]
            for certificate in balai.get(
                f"/enrollment/v1/classes/{each['id']}/certificates", admin
            ).json()["items"]
        ]

        assert issued
        for certificate in issued:
            page = httpx.get(certificate["verification_url"], timeout=10)
            assert page.status_code == 200
            assert certificate["number"] in page.text
            assert "DATA SINTETIS" in page.text

    def test_passes_graduates_on_to_all_four(self, balai: Balai):
        kept = json.loads((balai.home / "pilot" / SEEDS.label / "state.json").read_text())
        drawn = kept["ending"]["drawn"]

        assert drawn["told_offline"] == 2
        assert drawn["certificates"] == drawn["passed"] > 0
        assert drawn["notices"]["CERTIFICATE"] == drawn["certificates"]
        assert drawn["referred"] > 0
        assert sum(drawn["received"].values()) == drawn["referred"] - drawn["referred"] // 8
        assert "A stranger repeats it from the published seed" in balai.said


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
