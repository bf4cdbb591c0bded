

REASON = "Satu balai terdaftar dua kali (DATA SINTETIS)"


async def merge(world, gone: dict, stays: dict, mode="commit", *, by=None, key=None):
    body = {"into_id": stays["id"], "reason": REASON}
    return await world.post(
        f"/facilities/{gone['id']}/merge", body, by=by, key=key, params={"mode": mode}
    )


async def merged(world, gone: dict, stays: dict) -> dict:
    response = await merge(world, gone, stays)
    assert response.status_code == 200, response.text
    return response.json()


class TestMergeFacility:
    async def test_lets_the_old_id_answer_with_the_one_that_stays(self, world):
        gone = await world.facility(code="F-1", trades=["BAKERY"], address="Jl. Melati 1")
        stays = await world.facility(code="F-2", trades=["WELDING"])

        told = await merged(world, gone, stays)
        response = await world.get(f"/facilities/{gone['id']}")

        assert response.status_code == 200
        assert response.json()["id"] == stays["id"]
        assert response.json()["trades"] == ["BAKERY", "WELDING"]
        assert response.json()["address"] == "Jl. Melati 1"
        assert response.headers["Content-Location"].endswith(f"/v1/facilities/{stays['id']}")
        assert told["aliases"] == ["F-1"]
