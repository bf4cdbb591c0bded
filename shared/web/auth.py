"""Who calls: tokens, the actors that they name, and what a route asks of its caller."""

import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import Depends, Request
from joserfc import jws
from joserfc.errors import JoseError

from shared.clock import utc_now
from shared.errors import ForbiddenError, UnauthorizedError
from shared.http.tokens import BUSINESS_TIME_TYPE, JOSE, TOKEN_TYPE
from shared.i18n import Text
from shared.scope import ANONYMOUS, NOTHING, Actor, Grant, Permission, Role, Scope
from shared.settings import Issuer, Mode
from shared.web.denylist import DenyList
from shared.web.keys import key_sources
from shared.web.parameters import refuse_unknown_parameters

_CACHE_SIZE: Final = 8192
_MOMENTS: Final = 512
_CACHE_S: Final = 300.0
_LEEWAY_S: Final = 30.0
_ACTOR: Final = "balai.actor"
_PERMISSION: Final = "balai.permission"

# Returns the grants that the service itself keeps for a caller.
Held: TypeAlias = Callable[[Actor], Awaitable[tuple[Grant, ...]]]


class TokenInvalidError(UnauthorizedError):
    """The token is malformed, expired, withdrawn, or of somebody who is not believed."""

    code = "token-invalid"
    title = Text("Token tidak sah atau sudah kedaluwarsa.", "The token is invalid or has expired.")


@dataclass(frozen=True, slots=True)
class _Verified:
    actor: Actor
    jti: str
    good_until: float


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and how far the permission that the route asks for reaches."""

    actor: Actor
    scope: Scope


def actor_from_claims(claims: Mapping[str, Any], issuer: Issuer) -> Actor:
    """Return the actor that verified claims name; the only reader of grants in tokens.

    What a token of an assigned issuer says of grants is not even read.

    Raises:
        TokenInvalidError: when a grant is malformed or the issuer may not give its role.
    """
    try:
        told = () if issuer.assigned else claims.get("grants", ())
        grants = tuple(_grant(member) for member in told)
        subject = str(claims["sub"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TokenInvalidError from error
    if not all(issuer.may_claim(grant.role) for grant in grants):
        raise TokenInvalidError
    return Actor(issuer=issuer.issuer, subject=subject, grants=grants)


def _grant(member: Mapping[str, Any]) -> Grant:
    participant_id = member.get("participant_id")
    return Grant(
        role=Role(member["role"]),
        ministries=_texts(member.get("ministries", ())),
        areas=_texts(member.get("areas", ())),
        facilities=tuple(UUID(each) for each in _texts(member.get("facilities", ()))),
        participant_id=UUID(participant_id) if participant_id is not None else None,
    )


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise ValueError("not a list of texts")
    return tuple(value)


class Verifier:
    """Believes the tokens of configured issuers, and remembers those it has verified.

    A token is remembered until it expires, for five minutes at most; whether the file `denied`
    names its id is asked every time. What an assigned issuer's caller may do is never remembered
    with the token: `held` is asked at each request.
    """

    def __init__(
        self,
        issuers: Sequence[Issuer],
        *,
        audience: str = "balai",
        mode: Mode = Mode.PRODUCTION,
        denied: Path | None = None,
        held: Held | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        # Settings refuse a demonstration's issuer in production already; twice is not too often.
        self._issuers = {
            issuer.issuer: issuer for issuer in issuers if mode is Mode.DEMO or not issuer.demo_only
        }
        self._audience = audience
        self._clock = clock
        self._sources = key_sources(list(self._issuers.values()), clock)
        self._verified: OrderedDict[str, _Verified] = OrderedDict()
        self._denied = DenyList(denied, clock=clock)
        self._moments: OrderedDict[str, tuple[datetime, float]] = OrderedDict()
        self._held = held

    async def present(self, token: str) -> Actor:
        """Return who calls with `token`, and what he may do at this moment.

        Raises:
            TokenInvalidError: when it is not to be believed.
        """
        actor = self.remembered(token) or await self.verify(token)
        issuer = self._issuers[actor.issuer]
        if not issuer.assigned or self._held is None:
            return actor
        grants = await self._held(actor)
        return replace(actor, grants=tuple(each for each in grants if issuer.may_claim(each.role)))

    def remembered(self, token: str) -> Actor | None:
        """Return the actor of a token that has been verified before and is still good.

        Raises:
            TokenInvalidError: when it has been denied since.
        """
        known = self._verified.get(token)
        if known is None:
            return None
        if known.jti in self._denied:
            raise TokenInvalidError
        if known.good_until <= self._clock().timestamp():
            del self._verified[token]
            return None
        self._verified.move_to_end(token)
        return known.actor

    async def verify(self, token: str) -> Actor:
        """Return the actor that `token` names; one of an assigned issuer has no grants yet.

        Raises:
            TokenInvalidError: when it is not to be believed.
        """
        known = self.remembered(token)
        if known is not None:
            return known
        issuer, claims = await self._claims(token, TOKEN_TYPE)
        now = self._clock().timestamp()
        expires, jti = self._check(claims, now)
        actor = actor_from_claims(claims, issuer)
        self._verified[token] = _Verified(actor, jti, min(expires, now + _CACHE_S))
        if len(self._verified) > _CACHE_SIZE:
            self._verified.popitem(last=False)
        return actor

    async def business_time(self, header: str) -> datetime:
        """Return the moment that a demonstration's header names.

        Raises:
            TokenInvalidError: when no issuer for demonstrations has signed it, or it has expired.
        """
        moment, expires = self._moments.get(header) or await self._moment(header)
        if expires <= self._clock().timestamp():
            raise TokenInvalidError
        self._moments[header] = moment, expires
        if len(self._moments) > _MOMENTS:
            self._moments.popitem(last=False)
        return moment

    async def _moment(self, header: str) -> tuple[datetime, float]:
        issuer, claims = await self._claims(header, BUSINESS_TIME_TYPE)
        if not issuer.demo_only:
            raise TokenInvalidError
        try:
            moment = datetime.fromisoformat(claims["now"])
            expires = float(claims["exp"])
        except (KeyError, TypeError, ValueError) as error:
            raise TokenInvalidError from error
        if moment.tzinfo is None:
            raise TokenInvalidError
        return moment.astimezone(UTC), expires

    async def _claims(self, token: str, kind: str) -> tuple[Issuer, dict[str, Any]]:
        """Return issuer and claims of a token of one kind whose signature is good."""
        try:
            signed = jws.extract_compact(token.encode())
            header = signed.headers()
            claims = json.loads(signed.payload or b"")
            issuer = self._issuers[claims["iss"]]
            key = await self._sources[issuer.issuer].find(issuer.issuer, header["kid"])
            if (
                key is None
                or str(header["typ"]).lower().removeprefix("application/") != kind
                or not jws.validate_compact(signed, key, registry=JOSE)
            ):
                raise TokenInvalidError
        except (JoseError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise TokenInvalidError from error
        return issuer, claims

    def _check(self, claims: Mapping[str, Any], now: float) -> tuple[float, str]:
        """Return until when the token is good, and its id.

        Raises:
            TokenInvalidError: when it is not for us, not yet or no longer good, or has no id.
        """
        audience = claims.get("aud")
        expires, jti = claims.get("exp"), claims.get("jti")
        audiences = audience if isinstance(audience, list) else [audience]
        starts = [claims.get(name, now) for name in ("iat", "nbf")]
        if (
            self._audience not in audiences
            or not isinstance(expires, int | float)
            or expires <= now
            or not all(isinstance(each, int | float) for each in starts)
            or max(starts) > now + _LEEWAY_S
            or not isinstance(jti, str)
            or jti in self._denied
        ):
            raise TokenInvalidError
        return float(expires), jti


async def present_actor(request: Request) -> Actor:
    """Return who calls, verified once a request; anonymous without a token.

    Raises:
        TokenInvalidError: when there is a token but it is not to be believed.
    """
    known: Actor | None = request.scope.get(_ACTOR)
    if known is None:
        known = await _actor_of(request)
        request.scope[_ACTOR] = known
    return known


def known_actor(scope: Mapping[str, Any]) -> Actor:
    """Return who was found to call, of a request's ASGI scope; anonymous when nobody was."""
    actor: Actor = scope.get(_ACTOR, ANONYMOUS)
    return actor


def stated_permission(scope: Mapping[str, Any]) -> Permission | None:
    """Return what the route of a request's ASGI scope asks for; None where it is public."""
    return scope.get(_PERMISSION)


async def _actor_of(request: Request) -> Actor:
    header = request.headers.get("authorization")
    if header is None:
        return ANONYMOUS
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise TokenInvalidError
    verifier: Verifier = request.scope["state"]["verifier"]
    return await verifier.present(token)


class Requires:
    """Dependency of a route that only callers with `permission` may use; gives the `Caller`."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> Caller:
        """Return the caller, with the scope in which he has the permission.

        Raises:
            UnauthorizedError: when there is no token.
            TokenInvalidError: when the token is not to be believed.
            ForbiddenError: when no grant of the token gives the permission.
        """
        request.scope[_PERMISSION] = self.permission
        actor = await present_actor(request)
        if actor is ANONYMOUS:
            raise UnauthorizedError
        if not actor.may(self.permission):
            raise ForbiddenError
        refuse_unknown_parameters(request)
        return Caller(actor, actor.scope(self.permission))


async def known(request: Request) -> Caller:
    """Return the caller of a route for whoever has a token that is believed, with or without grant.

    Raises:
        UnauthorizedError: when there is no token.
        TokenInvalidError: when the token is not to be believed.
    """
    actor = await present_actor(request)
    if actor is ANONYMOUS:
        raise UnauthorizedError
    refuse_unknown_parameters(request)
    return Caller(actor, actor.scope())


async def public(request: Request) -> Caller:
    """Return the caller of a route that is open to everybody, known or not."""
    actor = await present_actor(request)
    refuse_unknown_parameters(request)
    return Caller(actor, NOTHING if actor is ANONYMOUS else actor.scope())


Known = Annotated[Caller, Depends(known)]
Public = Annotated[Caller, Depends(public)]
