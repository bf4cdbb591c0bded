"""HTTP face of badges: the badge of a certificate, and what verifiers look up."""

from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response

from services.enrollment.badges import operations, rules
from services.enrollment.badges.rules import BadgeKeys
from services.enrollment.base import Audit
from services.enrollment.certificates.rules import (
    CertificateStateError,
    CertificateUnknownError,
    PaperErasedError,
)
from services.enrollment.classes.rules import ClassUnknownError
from shared.db.audit import note_read
from shared.scope import Permission
from shared.web.auth import Caller, Public, Requires
from shared.web.links import absolute
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(tags=["badges"])

Reader: TypeAlias = Annotated[Caller, Depends(Requires(Permission.ENROLLMENTS_READ))]
CertificateId: TypeAlias = Annotated[UUID, Path(description="The certificate.")]
ClassId: TypeAlias = Annotated[UUID, Path(description="The class.")]
KeyName: TypeAlias = Annotated[str, Path(max_length=80, description="The name of a key.")]

_JWT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "A verifiable credential, Open Badges 3.0, as a compact JWT.",
        "content": {rules.MEDIA_TYPE: {"schema": {"type": "string"}}},
    }
}
_PUBLIC: Final = {"Cache-Control": "public, max-age=300"}


def _issuer(request: Request) -> str:
    return absolute(request, "/v1/badge-issuer")


def _public_url(request: Request) -> str:
    url: str = request.scope["state"]["settings"].public_url
    return url


def _keys(request: Request) -> BadgeKeys:
    """Return the keys of badges.

    Raises:
        BadgesOffError: when this installation has none.
    """
    keys: BadgeKeys | None = request.scope["state"]["badge_keys"]
    if keys is None:
        raise rules.BadgesOffError
    return keys


@router.get(
    "/certificates/{certificate_id}/badge",
    response_class=Response,
    responses={
        **problems(
            CertificateUnknownError,
            CertificateStateError,
            PaperErasedError,
            rules.BadgesOffError,
        ),
        **_JWT,
    },
)
async def get_certificate_badge(
    request: Request, session: SessionDep, caller: Reader, certificate_id: CertificateId
) -> Response:
    """Return a valid certificate as a badge; that somebody else than the person did so is noted.

    It names the person by a random id and, where an e-mail address is known, by its hash.
    """
    keys = _keys(request)
    row, badge = await operations.find_badge(
        session,
        certificate_id,
        scope=caller.scope,
        keys=request.scope["state"]["nik_keys"],
        issuer=_issuer(request),
        public_url=_public_url(request),
    )
    if not any(each.participant_id == row.participant_id for each in caller.scope.reaches):
        await note_read(
            session,
            Audit,
            action="certificate.badge",
            subject_id=row.participant_id,
            detail={"certificate_id": str(row.id)},
        )
    return Response(
        operations.sign_badge(badge, keys=keys),
        media_type=rules.MEDIA_TYPE,
        headers={"Cache-Control": "private, no-store"},
    )


@router.get("/badge-issuer")
async def get_badge_issuer(request: Request, _: Public, response: Response) -> dict[str, Any]:
    """Return who issues badges, as an Open Badges profile."""
    response.headers.update(_PUBLIC)
    return rules.profile_document(_issuer(request), public_url=_public_url(request))


@router.get("/badge-issuer/keys", responses=problems(rules.BadgesOffError))
async def list_badge_keys(
    request: Request, _: Public, response: Response
) -> dict[str, list[dict[str, Any]]]:
    """Return the public keys of badges as a JSON Web Key Set, those that signed before included."""
    keys, issuer = _keys(request), _issuer(request)
    response.headers.update(_PUBLIC)
    return {"keys": [keys.public(name, issuer=issuer) for name in keys.keys]}


@router.get(
    "/badge-issuer/keys/{name}",
    responses=problems(rules.BadgesOffError, rules.BadgeKeyUnknownError),
)
async def get_badge_key(
    request: Request, _: Public, name: KeyName, response: Response
) -> dict[str, Any]:
    """Return the public key that a badge names as its `kid`."""
    response.headers.update(_PUBLIC)
    return _keys(request).public(name, issuer=_issuer(request))


@router.get("/badge-issuer/revocations/{class_id}", responses=problems(ClassUnknownError))
async def list_revoked_badges(
    request: Request, session: SessionDep, _: Public, class_id: ClassId, response: Response
) -> dict[str, Any]:
    """Return which badges of a class are no longer valid, as a 1EdTech revocation list."""
    told = await operations.list_revoked(session, class_id, issuer=_issuer(request))
    response.headers["Cache-Control"] = "public, max-age=60"
    return told
