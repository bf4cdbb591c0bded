"""Strangers repeat the draw from what is published, with the script of docs/selection.md."""

import copy
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from shared.ids import new_id
from tests.architecture.sources import ROOT

PAGE = ROOT / "docs/selection.md"
MOST_LINES = 20


def script() -> str:
    """Return the one script of the page, as it stands there."""
    (found,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return found


@pytest.fixture
def repeat(tmp_path: Path):
    """Return the function that runs the script on two files, in an interpreter of its own."""

    def run(told: dict, draw: dict) -> subprocess.CompletedProcess:
        names = {"repeat.py": script(), "selection.json": told, "draw.json": draw}
        for name, content in names.items():
            text = content if isinstance(content, str) else json.dumps(content)
            (tmp_path / name).write_text(text)
        # -I: nothing but the standard library can be imported.
        return subprocess.run(
            [sys.executable, "-I", *names],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
async def lottery(draw):
    """A lottery that has been announced: three facilities, ranked choices, somebody withdrew."""
    await draw.open((3, 1), (2, 2), (4, 0))
    one, two, three = draw.facilities
    second_of_one = await draw.seats.class_(
        capacity=1, reserve_capacity=1, facility_id=one, selection="LOTTERY"
    )
    wishes = [(one, two, three), (three, one), (two,), (one,), (two, three)]
    people = await draw.seats.people(25)
    ids = [await draw.apply(person, *wishes[number % 5]) for number, person in enumerate(people)]
    await draw.apply(await draw.seats.person(), choices=[{"class_id": str(second_of_one)}])
    await draw.run_with_withdrawal(people[0], ids[0])
    return draw


class TestScript:
    def test_is_as_short_as_promised_and_needs_nothing(self):
        lines = script().splitlines()

        assert len(lines) <= MOST_LINES
        assert lines[0] == "import hashlib, json, sys"
        assert not [line for line in lines[1:] if "import" in line]

    async def test_repeats_order_and_places_of_a_lottery(self, lottery, repeat):
        told, draw = await lottery.told(), await lottery.published()

        done = repeat(told, draw)

        assert done.returncode == 0, done.stderr
        assert done.stdout == "25 ranks as announced; places too\n"
        outcomes = [each["outcome"] for each in draw["applications"]]
        assert outcomes.count("PLACED") == 10
        assert outcomes.count("WITHDRAWN") == 1
        assert {"RESERVE", "NOT_SELECTED"} < set(outcomes)

    @pytest.mark.parametrize(
        ("tampering", "found_out"),
        [
            ("swap-ranks", "not the order of the tickets"),
            ("swap-places", "not the place of"),
            ("drop-application", "not the list that was frozen"),
            ("add-application", "not the list that was frozen"),
            ("turn-choices", "not the list that was frozen"),
            ("other-seed", "not the seed that was promised"),
            ("other-value", "not the order of the tickets"),
            ("more-seats", "not the place of"),
        ],
    )
    async def test_finds_out_who_tampers(self, lottery, repeat, tampering, found_out):
        told, draw = await lottery.told(), await lottery.published()

        done = repeat(*tampered(copy.deepcopy(told), copy.deepcopy(draw), tampering))

        assert done.returncode != 0
        assert found_out in done.stderr

    async def test_the_list_of_the_day_is_the_list_of_the_announcement(self, draw):
        await draw.open((1, 1))
        for person in await draw.seats.people(3):
            await draw.apply(person)
        early = await draw.client.get(f"{draw.path}/draw")
        await draw.commit()
        none_yet = await draw.client.get(f"{draw.path}/draw")
        await draw.close()
        frozen = (await draw.published())["applications"]
        await draw.approve(await draw.preview())
        await draw.announce()

        assert (early.status_code, early.json()["code"]) == (404, "selection-unknown")
        assert (none_yet.status_code, none_yet.json()["code"]) == (404, "draw-unknown")
        final = (await draw.published())["applications"]
        assert [(one["id"], one["choices"]) for one in frozen] == [
            (one["id"], one["choices"]) for one in final
        ]

    async def test_repeats_a_ranking_by_score_with_a_public_figure(self, draw, repeat):
        await draw.open((2, 2), selection="SCORE")
        await draw.state_criteria({"PLAN": 60, "TALK": 40})
        await draw.commit(public_source="JISDOR 26 Januari 2027")
        people = await draw.seats.people(6)
        ids = [await draw.apply(person) for person in people]
        for person, application, points in zip(people, ids, (90, 70, 70, 70, 20, 70), strict=True):
            given = await draw.score(person, application, "PLAN", points)
            assert given.status_code == 200, given.text
        await draw.close()
        missing = await draw.runner.post(
            f"{draw.path}/selection/preview", **draw.at(draw.after_close)
        )
        assert (missing.status_code, missing.json()["code"]) == (409, "public-value-missing")
        recorded = await draw.record_value("16123")
        assert recorded.status_code == 200, recorded.text
        again = await draw.record_value("16124")
        assert (again.status_code, again.json()["code"]) == (409, "public-value-refused")
        assert (await draw.approve(await draw.preview())).status_code == 200
        await draw.announce()

        done = repeat(await draw.told(), await draw.published())

        assert done.stdout == "6 ranks as announced; places too\n", done.stderr
        scores = {each["id"]: each["score"] for each in (await draw.published())["applications"]}
        assert [scores[each] for each in ids] == [5400, 4200, 4200, 4200, 1200, 4200]

    async def test_with_quotas_it_checks_the_order_and_says_so(self, draw, repeat):
        await draw.open((2, 2))
        await draw.quota("SEX", "MALE", "AT_LEAST", 1)
        ids = {await draw.apply(each): each for each in await draw.seats.people(3)}
        await draw.run()
        told, published = await draw.told(), await draw.published()

        done = repeat(told, published)

        assert done.stdout == "3 ranks as announced; places not checked\n", done.stderr
        by_rank = sorted(published["applications"], key=lambda one: one["rank"])
        assert [each["outcome"] for each in by_rank] == ["PLACED", "RESERVE", "RESERVE"]
        assert published["quotas"][0]["left"] == 1
        why = await draw.reasons(ids[by_rank[1]["id"]], by_rank[1]["id"])
        assert why["steps"][0]["code"] == "quota-full"
        assert why["steps"][0]["quota"]["dimension"] == "SEX"
        assert "AT_LEAST 1 SEX=MALE" in why["steps"][0]["detail"]


def _swap(one: dict, other: dict, *names: str) -> None:
    for name in names:
        one[name], other[name] = other[name], one[name]


def tampered(told: dict, draw: dict, how: str) -> tuple[dict, dict]:
    """Return what would be published if somebody had had a hand in it."""
    everybody = draw["applications"]
    ranked = sorted((one for one in everybody if one["rank"]), key=lambda one: one["rank"])
    # Whoever was left out wanted places that somebody got: such two there are in every draw.
    winner, loser = next(
        (one, other)
        for one in ranked
        for other in ranked
        if (one["outcome"], other["outcome"]) == ("PLACED", "NOT_SELECTED")
        and set(one["choices"]) & set(other["choices"])
    )
    wide = next(one for one in ranked if len(one["choices"]) > 1)
    hands = {
        "swap-ranks": lambda: _swap(winner, loser, "rank"),
        "swap-places": lambda: _swap(winner, loser, "outcome", "class_id"),
        "drop-application": lambda: everybody.remove(loser),
        "add-application": lambda: everybody.append({**winner, "id": str(new_id())}),
        "turn-choices": wide["choices"].reverse,
        "other-seed": lambda: told.update(seed="00" * 32),
        "other-value": lambda: told.update(public_value="16123"),
        "more-seats": lambda: [each.update(seats=each["seats"] + 1) for each in draw["classes"]],
    }
    hands[how]()
    return told, draw
