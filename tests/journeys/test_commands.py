"""The commands that fill a running stack, as somebody types them."""

import json
from pathlib import Path

import pytest

from tests.support.stack import Balai

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("stack"), pytest.mark.timeout(900)]

FACILITIES = """code,name,kind,owner_ministry,area_code,trades
UJI-0001,Balai Uji Bandung (DATA SINTETIS),UPTD,MANPOWER,32.73,kuliner
UJI-0002,Balai Uji Entah (DATA SINTETIS),UPTD,MANPOWER,99.99,kuliner
"""


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def codes_of(balai: Balai) -> list[str]:
    headers = balai.token("--persona", "admin")
    answer = balai.get("/registry/v1/facilities?q=Balai Uji&limit=200", headers)
    assert answer.status_code == 200, answer.text
    return [each["code"] for each in answer.json()["items"]]


class TestImportFacilities:
    def test_only_judges_when_asked_to(self, balai: Balai, tmp_path: Path):
        shown = balai.run(
            "import", "facilities", "--validate", write(tmp_path, "f.csv", FACILITIES)
        )

        assert shown.returncode == 1, shown.stdout + shown.stderr
        assert "row 2: unknown-area" in shown.stdout
        assert codes_of(balai) == []

    def test_loads_what_is_right_and_names_what_is_not_also_the_second_time(
        self, balai: Balai, tmp_path: Path
    ):
        path = write(tmp_path, "f.csv", FACILITIES)
        first = balai.run("import", "facilities", path)

        second = balai.run("import", "facilities", path)

        assert "1 created" in first.stdout, first.stdout + first.stderr
        assert "1 unchanged" in second.stdout, second.stdout + second.stderr
        assert "row 2: unknown-area" in second.stdout
        assert codes_of(balai) == ["UJI-0001"]


class TestImportAreas:
    def test_leaves_what_is_there_as_it_is(self, balai: Balai, tmp_path: Path):
        path = write(tmp_path, "areas.csv", "code,name\n11,Aceh\n96,Papua Barat Daya\n")

        shown = balai.run("import", "areas", path)

        assert shown.returncode == 0, shown.stdout + shown.stderr
        assert "2 unchanged" in shown.stdout


class TestImportClasses:
    def test_refuses_a_file_with_other_columns(self, balai: Balai, tmp_path: Path):
        shown = balai.run("import", "classes", write(tmp_path, "c.csv", "name\nx\n"))

        assert shown.returncode == 1
        assert shown.stderr != ""

    def test_says_that_a_file_is_not_there(self, balai: Balai, tmp_path: Path):
        shown = balai.run("import", "classes", str(tmp_path / "none.csv"))

        assert shown.returncode == 1
        assert "cannot be read" in shown.stderr


class TestMigrate:
    def test_has_nothing_to_do_on_a_running_stack(self, balai: Balai):
        shown = balai.run("migrate")

        assert shown.returncode == 0, shown.stderr


class TestOpenapi:
    def test_is_what_the_running_services_publish(self, balai: Balai):
        for service in ("registry", "enrollment", "reporting"):
            published = balai.get(f"/{service}/openapi.json").json()
            committed = json.loads((ROOT / "services" / service / "openapi.json").read_text())

            assert set(published["paths"]) == set(committed["paths"])
