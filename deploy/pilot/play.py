"""What all chapters of the pilot share: the cast, the API, the journal and the stage."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.pilot.api import Api, Caller, problem_of
from deploy.pilot.calendar import Calendar
from deploy.pilot.centers import Center, PlannedClass
from deploy.pilot.journal import Entry, Journal
from deploy.pilot.people import Person
from deploy.pilot.personas import PERSONAS
from deploy.pilot.places import Country
from deploy.pilot.seeds import Seeds
from deploy.pilot.wire import Answer
from shared.scope import Grant, Role

Item = TypeVar("Item")


def _persona(name: str) -> Caller:
    """Return somebody whose token `balai token --persona` prints, too."""
    known = next(persona for persona in PERSONAS if persona.name == name)
    return Caller(known.subject, known.grants)


ADMIN: Final = _persona("admin")
MANPOWER: Final = _persona("manager-manpower")
MSME: Final = _persona("manager-msme")


def operator_of(center: Center) -> Caller:
    """Return the token holder who runs a facility."""
    grant = Grant(Role.FACILITY_OPERATOR, facilities=(center.id,))
    return Caller(f"pilot:operator:{center.code}", (grant,))


def applicant(person: Person) -> Caller:
    """Return the person himself as a token holder."""
    return Caller(f"pilot:person:{person.id}", (Grant(Role.PARTICIPANT, participant_id=person.id),))


@dataclass(slots=True)
class Play:
    """One pilot under way."""

    seeds: Seeds
    calendar: Calendar
    api: Api
    journal: Journal
    console: Console
    country: Country = field(default_factory=lambda: Country({}, {}))
    centers: list[Center] = field(default_factory=list)
    classes: list[PlannedClass] = field(default_factory=list)
    # The classes of the second wave, whose places are drawn.
    drawn: list[PlannedClass] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    _progress: Progress | None = None

    @contextmanager
    def chapter(self) -> Iterator[None]:
        """Show the bars of one chapter until its end."""
        columns = (
            TextColumn("  {task.description:<22}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console) as self._progress:
            yield

    @property
    def progress(self) -> Progress:
        """The bars of the present chapter."""
        if self._progress is None:
            raise RuntimeError("No chapter has begun.")
        return self._progress

    def tell(self, text: str) -> None:
        """Tell one sentence of the story."""
        self.console.print(text, soft_wrap=True)

    def note(self, step: str, number: int, answer: Answer, *, outcome: str, **facts: Any) -> Entry:  # noqa: ANN401 - facts are ids, numbers and words
        """Write an answer into the journal; a refusal's outcome is its reason code."""
        refused = answer.status >= 400  # noqa: PLR2004 - the first status that refuses
        entry = Entry(
            step=step,
            number=number,
            status=answer.status,
            outcome=problem_of(answer).code if refused else outcome,
            facts=facts,
        )
        self.journal.add(entry)
        return entry

    async def crowd(
        self,
        title: str,
        items: Iterable[Item],
        act: Callable[[Item], Awaitable[object]],
        *,
        at_once: int,
    ) -> None:
        """Let `at_once` people at a time do the same thing, under a progress bar."""
        waiting = list(items)
        bar = self.progress.add_task(title, total=len(waiting))
        turns = iter(waiting)

        async def one_after_another() -> None:
            for item in turns:
                await act(item)
                self.progress.advance(bar)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(at_once, len(waiting))):
                    group.create_task(one_after_another())
        except ExceptionGroup as failures:
            # What stopped the first stops the pilot; the others were only cancelled.
            raise failures.exceptions[0] from failures
