"""Tickets, ranks and places, as tables and as properties."""

import hashlib
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.enrollment.draws.rules import (
    Choice,
    Entry,
    Outcome,
    Quota,
    Room,
    Step,
    Why,
    commitment_of,
    in_order,
    is_missing,
    line_of,
    list_digest,
    place,
    result_digest,
    ticket_of,
    weighted,
)

SEED = bytes(range(32))
BALAI, PLUT = UUID(int=100), UUID(int=200)
A1, A2, B1 = UUID(int=101), UUID(int=102), UUID(int=201)
WOMEN, JAVA = UUID(int=301), UUID(int=302)


def entry(number: int, *choices: UUID, **more) -> Entry:
    """Return an application that wants facilities, or classes where a class is named."""
    facility = {A1: BALAI, A2: BALAI, B1: PLUT}
    wanted = [
        Choice(facility[each], each) if each in facility else Choice(each) for each in choices
    ]
    return Entry(UUID(int=number), wanted, **more)


def drawn_of(*entries: Entry, rooms: list[Room], quotas: list[Quota] | None = None) -> dict:
    """Return what each gets, by number, when the tickets are in the order of the numbers."""
    tickets = {each.id: each.id.bytes for each in entries}
    drawn = place(entries, tickets, rooms=rooms, quotas=quotas or [])
    return {each.id.int: each for each in drawn}


def room(class_id: UUID, seats: int, reserve: int = 0) -> Room:
    return Room(class_id, BALAI if class_id in (A1, A2) else PLUT, seats, reserve)


class TestTicketOf:
    def test_is_what_the_page_says_to_the_byte(self):
        application = UUID("01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11")
        digest = hashlib.sha256(b"list").digest()

        ticket = ticket_of(SEED, digest=digest, application_id=application, public_value="16123")

        message = SEED + digest + b"01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11" + b"16123"
        assert ticket == hashlib.sha256(message).digest()
        assert len(message) == 32 + 32 + 36 + 5

    @pytest.mark.parametrize(
        "changes",
        [
            {"seed": bytes(32)},
            {"digest": bytes(32)},
            {"application_id": UUID(int=2)},
            {"public_value": "1"},
        ],
    )
    def test_changes_with_everything_that_goes_into_it(self, changes):
        inputs = {
            "seed": SEED,
            "digest": b"\x01" * 32,
            "application_id": UUID(int=1),
            "public_value": "",
        }

        assert _ticket(**inputs) != _ticket(**{**inputs, **changes})

    def test_a_promise_is_the_hash_of_the_seed(self):
        assert commitment_of(SEED).hex() == hashlib.sha256(SEED).hexdigest()


def _ticket(*, seed: bytes, **inputs) -> bytes:
    return ticket_of(seed, **inputs)


class TestListDigest:
    def test_a_line_has_the_id_and_what_is_wanted_in_order(self):
        line = line_of(UUID(int=1), [Choice(PLUT), Choice(BALAI, A1)])

        assert line == f"{UUID(int=1)} {PLUT} {A1}\n"

    def test_does_not_depend_on_the_order_in_which_it_is_read(self):
        lines = [line_of(UUID(int=number), [Choice(BALAI)]) for number in (3, 1, 2)]

        assert list_digest(lines) == list_digest(sorted(lines))
        assert list_digest(lines) == hashlib.sha256("".join(sorted(lines)).encode()).digest()

    def test_changes_with_a_choice_and_with_a_line(self):
        one = [line_of(UUID(int=1), [Choice(BALAI), Choice(PLUT)])]
        turned = [line_of(UUID(int=1), [Choice(PLUT), Choice(BALAI)])]

        assert len({list_digest(each) for each in (one, turned, one * 2, [])}) == 4


class TestWeighted:
    @pytest.mark.parametrize(
        ("scores", "points"),
        [
            ({"PLAN": 100, "TALK": 100}, 10_000),
            ({"PLAN": 81, "TALK": 70}, 7_660),
            ({"PLAN": 100}, 6_000),
            ({}, 0),
            ({"PLAN": 1, "OTHER": 100}, 60),
        ],
    )
    def test_is_the_sum_of_weight_times_points(self, scores, points):
        assert weighted({"PLAN": 60, "TALK": 40}, scores) == points

    def test_a_criterion_without_a_score_is_missing_and_another_is_not(self):
        weights = {"PLAN": 60, "TALK": 40}

        assert is_missing(weights, {"PLAN": 0})
        assert not is_missing(weights, {"PLAN": 0, "TALK": 0, "OTHER": 1})


class TestInOrder:
    def test_ranks_by_points_then_by_ticket_and_leaves_out_who_is_refused(self):
        entries = [
            entry(1, BALAI, points=50),
            entry(2, BALAI, points=70),
            entry(3, BALAI, points=70),
            entry(4, BALAI, points=99, refused=Why.SCORE_MISSING),
        ]
        tickets = {UUID(int=number): bytes([9 - number]) for number in (1, 2, 3, 4)}

        ranked, refused = in_order(entries, tickets)

        assert [each.id.int for each in ranked] == [3, 2, 1]
        assert [each.id.int for each in refused] == [4]


class TestPlace:
    def test_gives_the_first_choice_that_is_free_and_then_a_place_in_reserve(self):
        drawn = drawn_of(
            entry(1, BALAI, PLUT),
            entry(2, BALAI, PLUT),
            entry(3, BALAI, PLUT),
            entry(4, BALAI),
            rooms=[room(A1, 1, reserve=1), room(B1, 1)],
        )

        assert [(each.outcome, each.class_id) for each in drawn.values()] == [
            (Outcome.PLACED, A1),
            (Outcome.PLACED, B1),
            (Outcome.RESERVE, A1),
            (Outcome.NOT_SELECTED, None),
        ]
        assert [each.rank for each in drawn.values()] == [1, 2, 3, 4]
        assert drawn[2].steps == (Step(1, Why.CHOICE_FULL), Step(2, Why.PLACED, B1))
        assert drawn[3].reserve_number == 1
        assert drawn[4].steps == (Step(1, Why.CHOICE_FULL), Step(1, Why.RESERVE_FULL))

    def test_takes_the_classes_of_a_facility_in_the_published_order(self):
        drawn = drawn_of(
            entry(1, BALAI), entry(2, BALAI), entry(3, A1), rooms=[room(A2, 1), room(A1, 1)]
        )

        assert [drawn[number].class_id for number in (1, 2, 3)] == [A2, A1, None]

    def test_a_choice_without_a_class_is_passed_over(self):
        drawn = drawn_of(entry(1, A1, PLUT), rooms=[room(B1, 1)])

        assert drawn[1].steps == (Step(1, Why.CHOICE_GONE), Step(2, Why.PLACED, B1))

    def test_passes_over_who_is_above_a_quota_and_seats_the_next(self):
        women = frozenset({WOMEN})
        drawn = drawn_of(
            entry(1, BALAI, quotas=women),
            entry(2, BALAI, quotas=women),
            entry(3, BALAI),
            rooms=[room(A1, 3, reserve=1)],
            quotas=[Quota(WOMEN, members=True, left=1)],
        )

        assert [drawn[number].outcome for number in (1, 2, 3)] == [
            Outcome.PLACED,
            Outcome.RESERVE,
            Outcome.PLACED,
        ]
        assert drawn[2].steps[0] == Step(1, Why.QUOTA_FULL, quota_id=WOMEN)

    def test_keeps_seats_for_the_members_of_a_quota_even_when_nobody_takes_them(self):
        drawn = drawn_of(
            entry(1, BALAI),
            entry(2, BALAI),
            entry(3, BALAI, quotas=frozenset({JAVA})),
            rooms=[room(A1, 3)],
            quotas=[Quota(JAVA, members=False, left=1)],
        )

        assert [drawn[number].outcome for number in (1, 2, 3)] == [
            Outcome.PLACED,
            Outcome.NOT_SELECTED,
            Outcome.PLACED,
        ]

    def test_two_quotas_bind_together(self):
        both = frozenset({WOMEN, JAVA})
        drawn = drawn_of(
            entry(1, BALAI, quotas=both),
            entry(2, BALAI, quotas=frozenset({WOMEN})),
            rooms=[room(A1, 5)],
            quotas=[Quota(WOMEN, members=True, left=5), Quota(JAVA, members=False, left=0)],
        )

        assert drawn[1].outcome is Outcome.PLACED
        assert drawn[2].steps[0].quota_id == JAVA

    @pytest.mark.parametrize(
        ("why", "outcome"),
        [
            (Why.WITHDRAWN, Outcome.WITHDRAWN),
            (Why.ALREADY_ENROLLED, Outcome.INELIGIBLE),
            (Why.SCORE_MISSING, Outcome.INELIGIBLE),
        ],
    )
    def test_who_is_refused_has_no_rank_and_takes_no_seat(self, why, outcome):
        drawn = drawn_of(entry(1, BALAI, refused=why), entry(2, BALAI), rooms=[room(A1, 1)])

        assert (drawn[1].rank, drawn[1].outcome) == (None, outcome)
        assert drawn[1].steps == (Step(0, why),)
        assert (drawn[2].rank, drawn[2].outcome) == (1, Outcome.PLACED)


ENTRIES = st.lists(
    st.tuples(
        st.lists(st.sampled_from([BALAI, PLUT, A1, A2, B1]), min_size=1, max_size=5, unique=True),
        st.integers(0, 3),
        st.frozensets(st.sampled_from([WOMEN, JAVA])),
        st.sampled_from([None, None, None, Why.WITHDRAWN]),
    ),
    max_size=30,
)
ROOMS = st.tuples(*(st.tuples(st.integers(0, 4), st.integers(0, 2)) for _ in range(3)))


class TestPlaceAlways:
    @settings(max_examples=150, deadline=None)
    @given(ENTRIES, ROOMS, st.integers(0, 5), st.integers(0, 5))
    def test_no_class_and_no_quota_is_overfilled_and_nobody_is_jumped(
        self, wishes, sizes, women, others
    ):
        entries = [
            entry(number, *choices, points=points, quotas=quotas, refused=refused)
            for number, (choices, points, quotas, refused) in enumerate(wishes, start=1)
        ]
        rooms = [room(each, *size) for each, size in zip((A1, A2, B1), sizes, strict=True)]
        quotas = [Quota(WOMEN, members=True, left=women), Quota(JAVA, members=False, left=others)]
        drawn = drawn_of(*entries, rooms=rooms, quotas=quotas)

        assert set(drawn) == {each.id.int for each in entries}
        seated = [each for each in drawn.values() if each.outcome is Outcome.PLACED]
        waiting = [each for each in drawn.values() if each.outcome is Outcome.RESERVE]
        for each in rooms:
            assert sum(one.class_id == each.id for one in seated) <= each.seats
            numbers = sorted(
                (one.rank, one.reserve_number) for one in waiting if one.class_id == each.id
            )
            assert len(numbers) <= each.reserve
            assert [number for _, number in numbers] == list(range(1, len(numbers) + 1))
        members = {each.id.int: each.quotas for each in entries}
        assert sum(WOMEN in members[each.id.int] for each in seated) <= women
        assert sum(JAVA not in members[each.id.int] for each in seated) <= others
        self._check_nobody_envies(entries, drawn, rooms)

    def _check_nobody_envies(self, entries, drawn, rooms) -> None:
        """Assert that whoever wanted a class more than he got it found it full, or a quota did."""
        full = {
            each.id: sum(
                one.class_id == each.id and one.outcome is Outcome.PLACED for one in drawn.values()
            )
            >= each.seats
            for each in rooms
        }
        for each in entries:
            got = drawn[each.id.int]
            if got.rank is None or any(step.why is Why.QUOTA_FULL for step in got.steps):
                continue
            for choice in each.choices:
                classes = [one.id for one in rooms if choice.target in (one.id, one.facility_id)]
                if got.outcome is Outcome.PLACED and got.class_id in classes:
                    break
                assert all(full[one] for one in classes)


class TestResultDigest:
    def test_is_one_whatever_the_order_and_another_when_anything_changes(self):
        rooms = [room(A1, 1, reserve=1)]
        drawn = list(drawn_of(entry(1, BALAI), entry(2, BALAI), rooms=rooms).values())
        other = list(drawn_of(entry(1, BALAI), entry(2, PLUT), rooms=rooms).values())

        digest = result_digest(drawn, inputs=b"inputs")

        assert digest == result_digest(reversed(drawn), inputs=b"inputs")
        assert digest != result_digest(drawn, inputs=b"others")
        assert digest != result_digest(other, inputs=b"inputs")
