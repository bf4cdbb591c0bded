"""What tests of people have in common: logins of their own, and the codes that came to contacts."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from services.enrollment.identities.rules import NikKeys, SealedNik
from services.enrollment.notices.rules import token_bound_to
from shared.ids import new_id


@dataclass
class Caller:
    """Somebody who calls with one header, each change under a key of its own."""

    client: httpx.AsyncClient
    header: dict[str, str]

    async def get(self, path: str, **params) -> httpx.Response:
        return await self.client.get(path, params=params or None, headers=self.header)

    async def post(self, path: str, body: object = None, *, key: str | None = None):
        headers = {**self.header, "Idempotency-Key": key or str(new_id())}
        return await self.client.post(path, json=body, headers=headers)

    async def patch(self, path: str, body: object, *, version: int | None):
        return await self.client.patch(path, json=body, headers=self._match(version))

    async def put(self, path: str, body: object):
        return await self.client.put(path, json=body, headers=self.header)

    async def delete(self, path: str, *, version: int | None = None):
        return await self.client.delete(path, headers=self._match(version))

    def _match(self, version: int | None) -> dict[str, str]:
        return self.header if version is None else {**self.header, "If-Match": f'"{version}"'}


@dataclass
class Codes:
    """Reads the codes of notices that have not left yet, as the letter would show them."""

    rows: Callable
    keys: NikKeys

    async def sent(self) -> list[str]:
        """Return the codes that wait to be sent, the oldest first."""
        found = await self.rows(
            "SELECT * FROM enrollment.notice WHERE kind = 'CODE' AND token_cipher IS NOT NULL"
            " ORDER BY created_at, id"
        )
        return [
            self.keys.unseal_text(
                SealedNik(row["token_cipher"], row["token_key_id"]),
                bound_to=token_bound_to(row["participant_id"], row["occasion_id"]),
            )
            for row in found
        ]

    async def last(self) -> str:
        """Return the code that was asked for last."""
        return (await self.sent())[-1]


def other_than(code: str) -> str:
    """Return a code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06}"
