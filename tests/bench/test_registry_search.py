"""What the bench looks for is what the registry answers."""

import pytest

from deploy.bench.registry_field import Extent
from deploy.bench.registry_reads import Reader
from deploy.bench.registry_search import free_targets, name_targets, nearest_targets, search
from deploy.bench.stack import BenchError
from shared.scope import Role
from tests.bench.conftest import TODAY
from tests.pilot.scripted import scripted

NAMES = ["BLK Komunitas Pesantren Melati Sukasari", "PLUT KUMKM Cendana Sidomukti"]


def searches(number: int, seed: int = 1) -> dict[str, list[str]]:
    return {
        "nearest": nearest_targets(number=number, seed=seed),
        "name": name_targets(NAMES, number=number, seed=seed),
        "free": free_targets("33", today=TODAY, number=number, seed=seed),
    }


class TestTargets:
    @pytest.mark.parametrize("kind", ["nearest", "name", "free"])
    def test_are_the_same_again_and_others_in_another_round(self, kind: str):
        assert searches(20)[kind] == searches(20)[kind]
        assert searches(20)[kind] != searches(20, seed=2)[kind]

    async def test_are_answered(self, registry, field, auth):
        await field.prepare(Extent(40, 400), today=TODAY, advance=lambda *_: None)

        for kind, targets in searches(20).items():
            answers = [
                await registry.get(target, headers=auth(Role.NATIONAL_ADMIN)) for target in targets
            ]

            assert {answer.status_code for answer in answers} == {200}, kind
            found = [len(answer.json()["items"]) for answer in answers]
            assert max(found) > 0, kind


class TestSearch:
    async def test_does_not_pass_over_a_failure(self):
        def script(asked):
            return (500 if asked.target.endswith("7") else 200, {}, b"")

        async with scripted(script) as (origin, _):
            reader = Reader(origin, "token")

            assert (await search(reader, ["/1", "/2"])).percentile_ms(0.95) > 0
            with pytest.raises(BenchError, match="500"):
                await search(reader, ["/1", "/7"])
