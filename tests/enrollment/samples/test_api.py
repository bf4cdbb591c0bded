import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from shared.ids import new_id
from shared.scope import Role
from tests.architecture.sources import ROOT
from tests.support.seats import Applicant

PAGE = ROOT / "docs/dossier.md"


@pytest.fixture
def repeat(tmp_path: Path):
    """Return the function that runs the script of the page in an interpreter of its own."""
    (script,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)

    def run(sample: dict, population: list[dict]) -> str:
        files = {"sample.json": sample, "population.json": population}
        for name, content in files.items():
            (tmp_path / name).write_text(json.dumps(content))
        (tmp_path / "repeat.py").write_text(script)
        done = subprocess.run(
            [sys.executable, "-I", "repeat.py", *files],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    return run


async def population_of(who: Applicant, sample: dict) -> list[dict]:
    found: list[dict] = []
    address = f"/v1/samples/{sample['id']}/population?limit=5"
    while address:
        page = (await who.get(address)).json()
        found += page["items"]
        address = page["next"] and page["next"][page["next"].index("/v1/") :]
    return found


class TestDrawSample:
    async def test_a_stranger_draws_the_same(self, seats, auditor, repeat):
        body = {"wave_id": str(seats.wave_id), "n": 5, "seed": "dadu 4-2-6-1"}

        drawn = await auditor.post("/v1/samples", json=body, key="k1")
        again = await auditor.post("/v1/samples", json=body, key="k1")
        anew = await auditor.post("/v1/samples", json=body)

        assert drawn.status_code == 201, drawn.text
        assert again.content == drawn.content
        sample = drawn.json()
        assert anew.json()["items"] == sample["items"]
        assert (sample["population"], len(sample["items"])) == (12, 5)
        population = await population_of(auditor, sample)
        assert len({each["enrollment_id"] for each in population}) == 12
        assert repeat(sample, population) == "the same"
        assert repeat({**sample, "seed": "dadu 1-1-1-1"}, population) == "not the same"
        assert repeat(sample, population[1:]) == "not the same"

    async def test_is_kept_with_its_maker_and_leads_to_case_files(self, seats, auditor, rows):
        body = {"program_id": str(seats.program_id), "n": 100, "seed": "x"}

        drawn = (await auditor.post("/v1/samples", json=body)).json()

        assert len(drawn["items"]) == drawn["population"] == 12
        assert drawn["drawn_by"].endswith("|auditor")
        kept = await auditor.get(f"/v1/samples/{drawn['id']}")
        assert kept.json() == drawn
        listed = (await auditor.get("/v1/samples")).json()["items"]
        assert listed == [{name: drawn[name] for name in drawn if name != "items"}]
        address = drawn["items"][0]["dossier"]
        dossier = await auditor.get(address[address.index("/v1/") :])
        assert dossier.json()["enrollment_id"] == drawn["items"][0]["enrollment_id"]
        (event,) = await rows(
            "SELECT actor, payload FROM enrollment.event WHERE topic = 'enrollment.sample.drawn'"
        )
        assert event["actor"] == drawn["drawn_by"]
        assert (event["payload"]["n"], event["payload"]["population"]) == (12, 12)

    async def test_leaves_out_who_has_just_arrived(self, seats, auditor, enrollment, auth):
        class_id = await seats.class_()
        admin = Applicant(enrollment, auth(Role.NATIONAL_ADMIN))
        await admin.claim(class_id, await seats.person())

        body = {"wave_id": str(seats.wave_id), "n": 100, "seed": "x"}

        assert (await auditor.post("/v1/samples", json=body)).json()["population"] == 12

    async def test_is_for_those_who_read_the_whole_country(self, seats, enrollment, auth):
        body = {"wave_id": str(seats.wave_id), "n": 5, "seed": "x"}
        regional = Applicant(enrollment, auth(Role.AUDITOR, areas=["33"]))
        manager = Applicant(enrollment, auth(Role.PROGRAM_MANAGER, ministries=["MANPOWER"]))

        refused = await regional.post("/v1/samples", json=body)

        assert (refused.status_code, refused.json()["code"]) == (403, "national-only")
        assert (await regional.get("/v1/samples")).json()["code"] == "national-only"
        assert (await manager.post("/v1/samples", json=body)).status_code == 403

    async def test_refuses_what_cannot_be_drawn(self, seats, auditor):
        wave, program = str(seats.wave_id), str(seats.program_id)
        good = {"wave_id": wave, "n": 5, "seed": "x"}

        async def post(**changes) -> tuple[int, str]:
            body = {name: value for name, value in {**good, **changes}.items() if value is not None}
            answer = await auditor.post("/v1/samples", json=body)
            return answer.status_code, answer.json()["code"]

        assert await post(program_id=program) == (422, "validation-failed")
        assert await post(wave_id=None) == (422, "validation-failed")
        assert await post(n=0) == (422, "validation-failed")
        assert await post(n=1_001) == (422, "validation-failed")
        assert await post(seed="") == (422, "validation-failed")
        assert await post(wave_id=str(new_id())) == (404, "wave-unknown")
        assert (await auditor.get(f"/v1/samples/{new_id()}")).json()["code"] == "sample-unknown"
