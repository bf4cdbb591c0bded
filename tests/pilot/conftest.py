"""A pilot that has met its country; nobody answers it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from io import StringIO

import pytest
from rich.console import Console

from deploy.pilot.api import Api
from deploy.pilot.calendar import Calendar
from deploy.pilot.centers import centers_of, classes_of, drawn_classes_of
from deploy.pilot.journal import Journal
from deploy.pilot.play import Play
from deploy.pilot.seeds import Seeds
from deploy.pilot.wire import Wire
from shared.http.tokens import make_key
from tests.pilot.country import country


@pytest.fixture
def met(tmp_path) -> Iterator[Callable[..., Play]]:
    """Return the function that makes a pilot of so many classes and people."""
    with ExitStack() as stack:
        journal = stack.enter_context(Journal(tmp_path / "journal.jsonl"))
        key = make_key("balai:cli", demo=True)

        def make(classes: int, applicants: int = 10) -> Play:
            seeds = Seeds(seed=1, applicants=applicants, classes=classes)
            api = Api(Wire("http://127.0.0.1:1", connections=1), key=key)
            play = Play(seeds, Calendar(date(2027, 1, 11)), api, journal, Console(file=StringIO()))
            play.country = country()
            play.centers = centers_of(seeds, country=play.country)
            play.classes = classes_of(seeds, centers=play.centers)
            play.drawn = drawn_classes_of(seeds, centers=play.centers)
            return play

        yield make
