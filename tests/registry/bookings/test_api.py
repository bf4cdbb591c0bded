import asyncio

import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.ids import new_id
from shared.scope import Role

MONDAY = "2077-05-03T01:00:00Z"
NOON = "2077-05-03T05:00:00Z"


def slot(day: int = 3, begins: int = 1, ends: int = 5) -> dict:
    return {
        "starts_at": f"2077-05-{day:02d}T{begins:02d}:00:00Z",
        "ends_at": f"2077-05-{day:02d}T{ends:02d}:00:00Z",
    }


def body(space: dict, **facts) -> dict:
    return {
        "space_id": space["id"],
        "ministry": "MANPOWER",
        "purpose": "MINISTRY",
        "people": 16,
        "slots": [slot()],
        **({"slots": None} if "repeat" in facts else {}),
        **facts,
    }


@pytest.fixture
async def space(world) -> dict:
    return await world.space((await world.facility())["id"])


async def agreed(world, space, *, valid_to="2078-03-24") -> dict:
    return await world.agreement(facility_ids=[space["facility_id"]], valid_to=valid_to)


async def booked(world, space, **facts) -> dict:
    asked = await world.made("/bookings", body(space, **facts))
    response = await world.post(f"/bookings/{asked['id']}/approve")
    assert response.status_code == 200, response.text
    return response.json()


class TestRequestBooking:
    async def test_asks_and_tells(self, world, space, in_transaction):
        response = await world.post("/bookings", body(space, slots=[slot(4), slot(3)]))

        booking = response.json()
        assert response.status_code == 201
        assert response.headers["location"].endswith(f"/v1/bookings/{booking['id']}")
        assert (booking["state"], booking["ministry"]) == ("REQUESTED", "MANPOWER")
        assert [each["starts_at"] for each in booking["slots"]] == [MONDAY, "2077-05-04T01:00:00Z"]
        async with in_transaction() as session:
            event = await session.scalar(
                select(Event).where(Event.topic == "registry.booking.requested")
            )
        assert event.payload["minutes"] == {"2077-05": 480}
        assert event.co_ministry == "MANPOWER"

    async def test_expands_a_series_by_the_clocks_of_the_facility(self, world):
        space = await world.space((await world.facility(area_code="91.71"))["id"])
        repeat = {
            "weekdays": [1, 5],
            "from": "2077-05-03",
            "to": "2077-05-14",
            "starts": "08:00",
            "ends": "12:00",
        }

        booking = await world.made("/bookings", body(space, repeat=repeat))

        assert [each["starts_at"] for each in booking["slots"]] == [
            f"2077-05-{day:02d}T23:00:00Z" for day in (2, 6, 9, 13)
        ]
        assert (booking["starts_at"], booking["ends_at"]) == (
            "2077-05-02T23:00:00Z",
            "2077-05-14T03:00:00Z",
        )

    async def test_answers_a_repeated_request_with_the_same_bytes(self, world, space):
        first = await world.post("/bookings", body(space), key="k-1")

        again = await world.post("/bookings", body(space), key="k-1")

        assert (again.status_code, again.content) == (201, first.content)

    @pytest.mark.parametrize(
        ("facts", "status", "code"),
        [
            ({"people": 21}, 422, "booking-over-capacity"),
            ({"slots": [slot(ends=1)]}, 422, "booking-slot-invalid"),
            ({"slots": [slot(), slot(begins=4, ends=6)]}, 422, "booking-slots-overlap"),
            (
                {
                    "slots": [
                        {"starts_at": "2026-01-05T01:00:00Z", "ends_at": "2026-01-05T02:00:00Z"}
                    ]
                },
                422,
                "booking-slot-past",
            ),
            ({"ministry": "MSME"}, 409, "booking-agreement-missing"),
            ({"agreement_id": str(new_id())}, 409, "booking-agreement-missing"),
            ({"space_id": str(new_id())}, 404, "space-not-found"),
            ({"slots": []}, 422, "validation-failed"),
            ({"slots": None}, 422, "validation-failed"),
            ({"purpose": "CLASS"}, 422, "validation-failed"),
            ({"purpose": "CLOSURE"}, 422, "validation-failed"),
            ({"participant_id": str(new_id())}, 422, "validation-failed"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, space, facts, status, code):
        response = await world.post("/bookings", body(space, **facts))

        assert (response.status_code, response.json()["code"]) == (status, code)

    @pytest.mark.parametrize(
        ("language", "sentence"),
        [("id", "Isi slots atau repeat."), ("en", "State either slots or repeat.")],
    )
    async def test_says_what_is_wrong_in_both_languages(self, world, space, language, sentence):
        response = await world.post(
            "/bookings", body(space, slots=None), headers={"Accept-Language": language}
        )

        assert [each["detail"] for each in response.json()["errors"]] == [sentence]

    async def test_refuses_what_lies_outside_the_opening_hours(self, world, space):
        path = f"/v1/facilities/{space['facility_id']}/opening-hours"
        etag = (await world.registry.get(path, headers=world.admin)).headers["etag"]
        week = {
            "valid_from": "2077-01-01",
            "intervals": [{"weekday": 1, "opens": "08:00", "closes": "12:00"}],
        }
        stated = await world.registry.put(
            path, json={"weeks": [week]}, headers={**world.admin, "If-Match": etag}
        )
        assert stated.status_code == 200, stated.text

        inside = await world.post("/bookings", body(space))
        outside = await world.post("/bookings", body(space, slots=[slot(), slot(4)]))

        assert inside.status_code == 201
        assert (outside.status_code, outside.json()["code"]) == (422, "booking-outside-hours")
        assert outside.json()["slots"] == [1]

    async def test_lets_another_ministry_in_by_an_agreement_that_covers_all_of_it(
        self, world, space
    ):
        agreement = await agreed(world, space, valid_to="2077-05-03")

        inside = await world.made("/bookings", body(space, ministry="MSME"))
        after = await world.post("/bookings", body(space, ministry="MSME", slots=[slot(), slot(4)]))

        assert inside["agreement_id"] == agreement["id"]
        assert (after.status_code, after.json()["code"]) == (409, "booking-agreement-missing")

    async def test_asks_for_the_own_ministry_and_area_only(self, world, space):
        await agreed(world, space)
        asked = body(space, ministry="MSME")

        answers = [
            (await world.post("/bookings", asked, by=by)).status_code
            for by in (
                world.officer("33", "MSME"),
                world.officer("33", "MANPOWER"),
                world.officer("32", "MSME"),
                world.auth(Role.INSTRUCTOR, facilities=[space["facility_id"]]),
            )
        ]

        assert answers == [201, 403, 403, 403]

    async def test_refuses_a_facility_that_is_not_active(self, world, space):
        await world.post(f"/facilities/{space['facility_id']}/suspend")

        response = await world.post("/bookings", body(space))

        assert (response.status_code, response.json()["code"]) == (409, "facility-not-active")

    async def test_gives_a_class_one_booking_at_a_time(self, world, space):
        facts = {"purpose": "CLASS", "class_id": str(new_id())}
        first = await world.made("/bookings", body(space, **facts))

        again = await world.post("/bookings", body(space, **facts))
        await world.post(f"/bookings/{first['id']}/cancel", {"reason": "Pindah"})
        later = await world.post("/bookings", body(space, **facts))

        assert (again.status_code, again.json()["code"]) == (409, "class-booked")
        assert later.status_code == 201


class TestApproveBooking:
    async def test_gives_the_space_to_one_of_fifty(self, world, space):
        asked = [await world.made("/bookings", body(space)) for _ in range(50)]

        answers = await asyncio.gather(
            *(world.post(f"/bookings/{each['id']}/approve") for each in asked)
        )

        assert sorted(each.status_code for each in answers) == [200, *[409] * 49]
        refused = next(each.json() for each in answers if each.status_code == 409)
        assert refused["code"] == "space-taken"
        assert refused["clashes"] == [
            {"starts_at": "2077-05-03T01:00:00+00:00", "ends_at": "2077-05-03T05:00:00+00:00"}
        ]

    async def test_refuses_to_ask_for_what_is_taken_and_lets_slots_touch(self, world, space):
        await booked(world, space)

        overlapping = await world.post("/bookings", body(space, slots=[slot(begins=4, ends=6)]))
        touching = await world.post("/bookings", body(space, slots=[slot(begins=5, ends=6)]))

        assert (overlapping.status_code, overlapping.json()["code"]) == (409, "space-taken")
        assert touching.status_code == 201

    async def test_is_decided_by_those_whose_space_it_is(self, world, space):
        await agreed(world, space)
        asked = await world.made("/bookings", body(space, ministry="MSME"))
        path = f"/bookings/{asked['id']}/approve"

        answers = [
            (await world.post(path, by=by)).status_code
            for by in (
                world.officer("33", "MSME"),
                world.auth(Role.PROGRAM_MANAGER, ministries=["MSME"]),
                world.officer("32", "MANPOWER"),
                world.auth(Role.AUDITOR),
                world.auth(Role.FACILITY_OPERATOR, facilities=[space["facility_id"]]),
            )
        ]

        assert answers == [403, 403, 404, 403, 200]

    async def test_judges_again(self, world, space):
        asked = await world.made("/bookings", body(space))
        smaller = await world.registry.patch(
            f"/v1/spaces/{space['id']}",
            json={"capacity": 10},
            headers={
                **world.admin,
                "If-Match": '"1"',
                "Content-Type": "application/merge-patch+json",
            },
        )
        assert smaller.status_code == 200, smaller.text

        response = await world.post(f"/bookings/{asked['id']}/approve")

        assert (response.status_code, response.json()["code"]) == (422, "booking-over-capacity")

    async def test_says_what_is_allowed_instead(self, world, space):
        booking = await booked(world, space)

        response = await world.post(f"/bookings/{booking['id']}/approve")

        assert (response.status_code, response.json()["code"]) == (409, "booking-state-refused")
        assert (response.json()["state"], response.json()["allowed"]) == ("APPROVED", ["CANCELLED"])


class TestRefuseBooking:
    async def test_keeps_the_reason(self, world, space):
        asked = await world.made("/bookings", body(space))

        response = await world.post(f"/bookings/{asked['id']}/refuse", {"reason": "Ada pelatihan"})

        refused = response.json()
        assert (refused["state"], refused["reason"]) == ("REFUSED", "Ada pelatihan")
        assert {each["state"] for each in refused["slots"]} == {"REFUSED"}
        assert (await world.post("/bookings", body(space))).status_code == 201

    async def test_needs_a_reason(self, world, space):
        asked = await world.made("/bookings", body(space))

        response = await world.post(f"/bookings/{asked['id']}/refuse", {"reason": ""})

        assert response.status_code == 422


class TestCancelBooking:
    async def test_frees_the_space_and_may_be_done_by_either_side(self, world, space):
        await agreed(world, space)
        booking = await booked(world, space, ministry="MSME")

        response = await world.post(
            f"/bookings/{booking['id']}/cancel",
            {"reason": "Batal"},
            by=world.officer("33", "MSME"),
        )

        assert response.json()["state"] == "CANCELLED"
        assert (await booked(world, space))["state"] == "APPROVED"

    async def test_is_hidden_from_others(self, world, space):
        booking = await booked(world, space)

        response = await world.post(
            f"/bookings/{booking['id']}/cancel", {"reason": "Batal"}, by=world.officer("32")
        )

        assert response.status_code == 404


class TestListBookings:
    async def test_shows_each_ministry_its_own_in_order(self, world, space):
        await agreed(world, space)
        mine = [
            (await world.made("/bookings", body(space, ministry="MSME", slots=[slot(day)])))["id"]
            for day in (5, 3, 4)
        ]
        theirs = (await world.made("/bookings", body(space, slots=[slot(6)])))["id"]
        by_start = [mine[1], mine[2], mine[0]]

        seen = {
            who: [each["id"] for each in (await world.get("/bookings", by=by)).json()["items"]]
            for who, by in {
                "msme": world.officer("33", "MSME"),
                "owner": world.officer("33", "MANPOWER"),
                "elsewhere": world.officer("32", "MSME"),
                "instructor": world.auth(Role.FACILITY_OPERATOR, facilities=[str(new_id())]),
            }.items()
        }

        assert seen == {
            "msme": by_start,
            "owner": [*by_start, theirs],
            "elsewhere": [],
            "instructor": [],
        }

    async def test_goes_on_where_the_page_ended(self, world, space):
        ids = [(await world.made("/bookings", body(space)))["id"] for _ in range(3)]

        first = (await world.get("/bookings", limit=2, space_id=space["id"])).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=world.admin)).json()

        assert [each["id"] for each in first["items"] + second["items"]] == ids
        assert second["next"] is None

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({"from": NOON}, 0),
            ({"from": "2077-05-03T04:59:00Z"}, 1),
            ({"to": MONDAY}, 0),
            ({"to": NOON, "state": ["REQUESTED", "APPROVED"]}, 1),
            ({"state": "APPROVED"}, 0),
            ({"facility_id": str(new_id())}, 0),
        ],
    )
    async def test_narrows(self, world, space, filters, found):
        await world.made("/bookings", body(space))

        response = await world.get("/bookings", **filters)

        assert response.status_code == 200, response.text
        assert len(response.json()["items"]) == found


class TestGetBooking:
    async def test_answers_304_while_nothing_changed(self, world, space):
        booking = await world.made("/bookings", body(space))
        path = f"/bookings/{booking['id']}"

        read = await world.get(path)
        unchanged = await world.get(path, headers={"If-None-Match": read.headers["etag"]})
        hidden = await world.get(path, by=world.officer("32"))

        assert read.json() == booking
        assert (unchanged.status_code, hidden.status_code) == (304, 404)


class TestMoveOfAFacility:
    async def test_takes_bookings_along(self, world, space):
        booking = await booked(world, space)

        moved = await world.registry.patch(
            f"/v1/facilities/{space['facility_id']}",
            json={"area_code": "32.73.01"},
            headers={
                **world.admin,
                "If-Match": "*",
                "Content-Type": "application/merge-patch+json",
            },
        )
        there = await world.get(f"/bookings/{booking['id']}", by=world.officer("32"))

        assert (moved.status_code, there.status_code) == (200, 200)


class TestFarDays:
    """Sums with the first and last days that can be written would overflow."""

    @pytest.mark.parametrize(
        ("path", "asked"),
        [
            ("/bookings", {"from": "0001-01-01T00:00:00Z"}),
            ("/bookings", {"to": "253402300799"}),
            ("/agreements", {"state": "EXPIRING", "on": "9999-12-31"}),
        ],
    )
    async def test_are_refused_in_an_address(self, world, path, asked):
        response = await world.get(path, **asked)

        assert (response.status_code, response.json()["code"]) == (422, "day-out-of-range")

    async def test_are_refused_where_a_query_is_read_as_a_whole(self, world):
        asked = {"from": "9999-12-31", "to": "9999-12-31", "starts": "08:00", "ends": "09:00"}

        response = await world.get("/free-slots", people=1, **asked)

        assert response.status_code == 422
        assert {each["code"] for each in response.json()["errors"]} == {"day-out-of-range"}

    async def test_are_refused_in_a_body(self, world, space):
        ends = {"starts_at": "9999-12-31T01:00:00Z", "ends_at": "9999-12-31T23:59:59Z"}

        response = await world.post("/bookings", body(space, slots=[ends]))

        assert response.status_code == 422
        assert response.json()["errors"][0]["code"] == "day-out-of-range"
