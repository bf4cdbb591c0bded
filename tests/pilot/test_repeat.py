from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

import pytest

from deploy.pilot.repeat import Draw, DrawFalseError, Selection, list_digest, repeat

SEED = bytes(range(32))
PROMISED = sha256(SEED).hexdigest()
CLASSES = [UUID(int=place) for place in (101, 102)]
CENTERS = [UUID(int=place) for place in (201, 202)]
APPLICATIONS = [UUID(int=place) for place in range(1, 7)]


@dataclass
class Announced:
    """A draw of two classes with a seat and a place in reserve each, for six applications."""

    public_value: str | None = "16123"
    applications: list[dict] = field(default_factory=list)
    # Who withdrew after the list was frozen: on the list, and not ranked.
    left_out: list[dict] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Odd ones want any class of the first centre alone; even ones the second class first.
        choices = [[CENTERS[0]] if place % 2 else [CLASSES[1], CLASSES[0]] for place in range(6)]
        self.applications = [
            {"id": each, "choices": wanted}
            for each, wanted in zip(APPLICATIONS, choices, strict=True)
        ]
        self.give()

    @property
    def draw(self) -> Draw:
        classes = [
            {"id": one, "facility_id": center, "seats": 1, "reserve": 1}
            for one, center in zip(CLASSES, CENTERS, strict=True)
        ]
        made = {"classes": classes, "quotas": []}
        return Draw.model_validate(made | {"applications": [*self.applications, *self.left_out]})

    @property
    def told(self) -> Selection:
        return Selection(
            state="ANNOUNCED",
            commitment=PROMISED,
            list_digest=self.frozen,
            public_value=self.public_value,
            seed=SEED.hex(),
        )

    @property
    def frozen(self) -> str:
        return list_digest(self.draw).hex()

    def give(self) -> None:
        """Rank by ticket and give the places by hand, the first of each want first."""
        digest, public = list_digest(self.draw), (self.public_value or "").encode()
        self.applications.sort(
            key=lambda each: sha256(SEED + digest + str(each["id"]).encode() + public).digest()
        )
        left = {"PLACED": dict.fromkeys(CLASSES, 1), "RESERVE": dict.fromkeys(CLASSES, 1)}
        for rank, each in enumerate(self.applications, start=1):
            wants = [CLASSES[0]] if each["choices"] == [CENTERS[0]] else each["choices"]
            each |= {"rank": rank, "outcome": "NOT_SELECTED", "class_id": None}
            for outcome, free in left.items():
                place = next((one for one in wants if free[one]), None)
                if place is not None:
                    free[place] = 0
                    each |= {"outcome": outcome, "class_id": place}
                    break

    def repeat(self, *, promised: str = PROMISED, frozen: str | None = None) -> int:
        return repeat(self.told, self.draw, promised=promised, frozen=frozen or self.frozen)


class TestRepeat:
    @pytest.mark.parametrize("public_value", [None, "16123"])
    def test_finds_what_was_announced(self, public_value):
        announced = Announced(public_value)

        assert announced.repeat() == 6
        outcomes = [each["outcome"] for each in announced.applications]
        assert outcomes.count("PLACED") == 2
        assert outcomes.count("RESERVE") == 2

    def test_leaves_out_who_was_not_ranked(self):
        announced = Announced(left_out=[{"id": UUID(int=9), "choices": [CENTERS[0]]}])

        assert announced.repeat() == 6
        assert len(announced.draw.applications) == 7

    def test_sees_another_seed_than_the_promised_one(self):
        with pytest.raises(DrawFalseError, match="seed"):
            Announced().repeat(promised="00" * 32)

    def test_sees_somebody_added_after_the_list_was_frozen(self):
        announced = Announced()
        frozen = announced.frozen
        announced.applications.append({"id": UUID(int=9), "choices": [CENTERS[0]]})

        with pytest.raises(DrawFalseError, match="list"):
            announced.repeat(frozen=frozen)

    def test_sees_two_who_changed_their_ranks(self):
        announced = Announced()
        first, second = announced.applications[:2]
        first["rank"], second["rank"] = second["rank"], first["rank"]

        with pytest.raises(DrawFalseError, match="ranks"):
            announced.repeat()

    def test_sees_a_place_given_to_somebody_else(self):
        announced = Announced()
        placed = next(each for each in announced.applications if each["outcome"] == "PLACED")
        other = next(each for each in announced.applications if each["outcome"] == "NOT_SELECTED")
        for name in ("outcome", "class_id"):
            placed[name], other[name] = other[name], placed[name]

        with pytest.raises(DrawFalseError, match="place not its own"):
            announced.repeat()
