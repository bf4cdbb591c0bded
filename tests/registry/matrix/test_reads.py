"""Every read of the OpenAPI, by everybody: nobody sees what lies outside his scope."""

import io
import zipfile

import pytest

from shared.web.routes import KNOWN, PUBLIC
from tests.registry.matrix.asking import READERS, Caller, Operation, headers_of, registry_operations
from tests.registry.matrix.conftest import Country
from tests.registry.matrix.declared import SHOWN, Shown

REFUSED = (403, 404)


def reads() -> list[Operation]:
    return [each for each in registry_operations() if each.method == "GET"]


def test_every_read_is_declared():
    assert {each.id for each in reads()} == set(SHOWN)


def text_of(response) -> str:
    """Return all that an answer says; a workbook is unpacked."""
    if not response.headers.get("content-type", "").endswith("sheet"):
        return response.text
    with zipfile.ZipFile(io.BytesIO(response.content)) as book:
        return " ".join(book.read(each).decode() for each in book.namelist())


class Asker:
    """Asks as one caller, and notes each answer that is not as declared."""

    def __init__(self, country: Country, caller: Caller, declared=SHOWN) -> None:
        self.country = country
        self.caller = caller
        self.declared = declared
        self.headers = headers_of(caller.name, country.places, country.keys)
        self.wrong: list[str] = []

    async def ask(self, operation: Operation) -> None:
        shown = self.declared[operation.id]
        expected = self._expected(operation, shown)
        for name in self._asked_places(operation, shown, expected):
            answer = await self._get(operation, name)
            if expected != 200:
                self._check(answer.status_code == expected, operation, name, answer)
            elif operation.parameters and name not in self.caller.sees(shown):
                empty = answer.status_code == 200 and answer.json().get("items") == []
                self._check(empty or answer.status_code in REFUSED, operation, name, answer)
            elif answer.status_code == 200:
                self._check_content(operation, shown, name, answer)
            else:
                self._note(operation, name, answer)
            self._check_secrets(operation, shown, answer)
        if expected == 200:
            await self._ask_in_other_words(operation, shown)

    @staticmethod
    def _asked_places(operation: Operation, shown: Shown, expected: int) -> str:
        if not operation.parameters or expected != 200:
            return "A"
        return "ABC" if shown in (Shown.WITHIN, Shown.OF_MINISTRY, Shown.OWN) else "AB"

    def _expected(self, operation: Operation, shown: Shown) -> int:
        if shown is Shown.PUBLIC:
            assert operation.permission == PUBLIC
            return 200
        if self.caller.name == "nobody":
            return 401
        if operation.permission == KNOWN:
            return 200
        return 200 if self.caller.may(operation.permission) else 403

    async def _get(self, operation: Operation, name: str, **parameters):
        return await self.country.client.get(
            operation.address(self.country.places[name]),
            params={**operation.needed(), **operation.longest(), **parameters},
            headers=self.headers,
        )

    async def _ask_in_other_words(self, operation: Operation, shown: Shown) -> None:
        """Narrow what is not for all to another's place, and take files in other formats."""
        seen = self.caller.sees(shown)
        own = (seen or "A")[0]
        for other in set("ABC") - set(seen):
            values = self.country.places[other].values
            for name in set(operation.query) & set(values) - {"code", "version"}:
                await self._ask_besides(operation, shown, own, **{name: values[name]})
        if ("format" in operation.query and seen != "ABC") or self.caller.name == "officer-33":
            for kind in operation.query.get("format", {}).get("schema", {}).get("enum", ()):
                await self._ask_besides(operation, shown, own, format=kind)

    async def _ask_besides(self, operation: Operation, shown: Shown, own: str, **more) -> None:
        answer = await self._get(operation, own, **more)
        self._check(answer.status_code < 500, operation, str(more), answer)
        self._check_secrets(operation, shown, answer)

    def _check_content(self, operation: Operation, shown: Shown, name: str, answer) -> None:
        """See that something is shown: a list that is empty for everybody proves nothing."""
        seen = self.caller.sees(shown)
        said = text_of(answer)
        if operation.paged and seen:
            self._check(answer.json()["items"] != [], operation, f"{name} shows nothing", answer)
        whole = operation.paged or "/exports/" in operation.path
        if shown is Shown.WITHIN and whole and not operation.parameters:
            found = "".join(each for each in seen if self.country.says(said, each))
            self._check(found == seen, operation, f"{seen} shows '{found}' only", answer)

    def _check_secrets(self, operation: Operation, shown: Shown, answer) -> None:
        said = text_of(answer)
        for name, place in self.country.places.items():
            hidden: set[str] = set()
            if shown in (Shown.NATIONWIDE, Shown.PUBLIC, Shown.SELF):
                hidden |= {place.person, place.mail, place.phone}
                if name not in self.caller.of_ministry:
                    hidden.add(place.draft)
                if name not in self.caller.within:
                    hidden |= self.country.private[name]
            elif name not in self.caller.sees(shown):
                hidden |= {place.person, place.mail, place.phone, place.draft}
                hidden |= self.country.private[name] | self.country.ids[name]
            for secret in hidden:
                if secret.casefold() in said.casefold():
                    self.wrong.append(f"{operation.id} shows {secret} of {name}")

    def _check(self, right: bool, operation: Operation, where: str, answer) -> None:  # noqa: FBT001
        if not right:
            self._note(operation, where, answer)

    def _note(self, operation: Operation, where: str, answer) -> None:
        said = text_of(answer)[:300]
        self.wrong.append(f"{operation.id} at {where}: {answer.status_code} {said}")


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("caller", READERS, ids=lambda caller: caller.name)
async def test_every_read_answers_as_declared(country, caller):
    asker = Asker(country, caller)

    for operation in reads():
        if operation.id in SHOWN:
            await asker.ask(operation)

    if asker.wrong:
        pytest.fail("\n".join(asker.wrong), pytrace=False)
