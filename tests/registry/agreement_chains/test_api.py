from shared.ids import new_id
from shared.scope import Role


class TestGetAgreementChain:
    async def test_goes_up_to_the_mou_and_down_to_the_plans(self, world):
        mou = await world.agreement(number="MoU")
        pks = await world.agreement(number="PKS", kind="PKS", follows_from_id=mou["id"])
        other = await world.agreement(number="PKS-2", kind="PKS", follows_from_id=mou["id"])
        plan = await world.agreement(number="A", kind="PLAN", follows_from_id=pks["id"])

        async def chain(agreement: dict, **page) -> dict:
            return (await world.get(f"/agreements/{agreement['id']}/chain", **page)).json()

        def ids(links: list[dict]) -> list[str]:
            return [link["id"] for link in links]

        from_mou, from_pks, from_plan = await chain(mou), await chain(pks), await chain(plan)
        assert from_mou["above"] == []
        assert [(each["id"], each["distance"]) for each in from_mou["items"]] == [
            (pks["id"], 1),
            (other["id"], 1),
            (plan["id"], 2),
        ]
        assert (ids(from_pks["above"]), ids(from_pks["items"])) == ([mou["id"]], [plan["id"]])
        assert (from_plan["agreement"]["id"], from_plan["agreement"]["state"]) == (
            plan["id"],
            "ACTIVE",
        )
        assert (ids(from_plan["above"]), from_plan["items"]) == ([mou["id"], pks["id"]], [])

        first = await chain(mou, limit=2)
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=world.admin)).json()
        assert ids(first["items"] + second["items"]) == ids(from_mou["items"])
        assert second["next"] is None

    async def test_leaves_out_the_drafts_of_others(self, world):
        mou = await world.agreement()
        await world.made(
            "/agreements",
            {
                "kind": "PKS",
                "state": "DRAFT",
                "number": "PKS-draf",
                "title": "Draf",
                "follows_from_id": mou["id"],
                "parties": [{"ministry": "MANPOWER"}, {"ministry": "MSME"}],
                "valid_from": "2026-01-01",
            },
        )
        path = f"/agreements/{mou['id']}/chain"
        others = world.auth(Role.PROGRAM_MANAGER, ministries=["HOME_AFFAIRS"])

        assert len((await world.get(path)).json()["items"]) == 1
        assert (await world.get(path, by=others)).json()["items"] == []

    async def test_answers_404_for_an_unknown_id(self, world):
        response = await world.get(f"/agreements/{new_id()}/chain")

        assert (response.status_code, response.json()["code"]) == (404, "agreement-not-found")
