"""Which target an agreement's promise, or a partner's commitment to hire, is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from services.reporting.targets.rules import MEASURES, TargetMode, TargetOrigin
from shared.i18n import Text
from shared.schemas.registry import AgreementPromise, AgreementTargetsStated, FacilityRoleStated

HIRED: Final = "GRADUATES_HIRED"
_PEOPLE: Final = "orang"


def _name(indicator: str) -> Text:
    measure = MEASURES.get(indicator)
    return measure.label if measure is not None else Text(indicator, indicator)


def _promise_id(agreement_id: UUID, promise: AgreementPromise) -> UUID:
    """Return the id of a promise: the same whenever it is stated again with another value."""
    return uuid5(agreement_id, f"{promise.indicator} {promise.mode} {promise.by_day}")


def _places(area_codes: Sequence[str]) -> dict[str, Any]:
    """Return where a promise lies: in one area, or in the whole country."""
    codes = sorted({code[:5] for code in area_codes})
    one = codes[0] if len(codes) == 1 else None
    return {
        "area_codes": codes,
        "province_code": one[:2] if one else None,
        "regency_code": one if one and "." in one else None,
    }


def promised(stated: AgreementTargetsStated, *, version: int, at: datetime) -> list[dict[str, Any]]:
    """Return the targets that an agreement states, as rows.

    What comes on top is counted from the agreement's first day.
    """
    return [
        {
            "id": _promise_id(stated.agreement_id, each),
            "code": f"AGREEMENT {stated.agreement_id} {each.indicator} {each.by_day} {each.mode}",
            "origin": TargetOrigin.AGREEMENT,
            "label_id": f"{_name(each.indicator).id} ({stated.number})",
            "label_en": f"{_name(each.indicator).en} ({stated.number})",
            "indicator": each.indicator,
            "value": each.value,
            "unit": each.unit,
            "mode": TargetMode(each.mode),
            "counts_from": _counts_from(each, stated, at=at),
            "by_day": each.by_day,
            "agreement_id": stated.agreement_id,
            "facility_id": None,
            **_places(stated.area_codes),
            "owner_ministry": stated.owner_ministry,
            "source": stated.number,
            "source_version": version,
            "signed": stated.signed,
            "version": 1,
            "withdrawn_at": None,
            "recorded_at": at,
        }
        for each in stated.stated or ()
    ]


def _counts_from(promise: AgreementPromise, stated: AgreementTargetsStated, *, at: datetime) -> Any:  # noqa: ANN401 - a day, or None
    if promise.mode != TargetMode.ADDITIONAL:
        return None
    return stated.valid_from or at.date()


def committed(role: FacilityRoleStated, *, version: int, at: datetime) -> dict[str, Any] | None:
    """Return the target that a partner's commitment to hire is; None when it commits to nothing.

    Its graduates are those of the facility: who employs them is not told.
    """
    if role.hires is None or role.hires_by is None:
        return None
    label = _name(HIRED)
    return {
        "id": role.role_id,
        "code": f"HIRING {role.role_id}",
        "origin": TargetOrigin.HIRING,
        "label_id": label.id,
        "label_en": label.en,
        "indicator": HIRED,
        "value": role.hires,
        "unit": _PEOPLE,
        "mode": TargetMode.ADDITIONAL,
        "counts_from": role.valid_from,
        "by_day": role.hires_by,
        "agreement_id": None,
        "facility_id": role.facility_id,
        "area_codes": [],
        "province_code": role.province_code,
        "regency_code": role.regency_code,
        "owner_ministry": role.owner_ministry,
        "source": None,
        "source_version": version,
        "signed": True,
        "version": 1,
        "withdrawn_at": None,
        "recorded_at": at,
    }
