"""Part of chapter one: an MoU, the PKS and the plan that follow from it, and an action done."""

from hashlib import sha256
from typing import Any, Final

from deploy.pilot.names import SYNTHETIC
from deploy.pilot.play import MANPOWER, MSME, Play
from shared.schemas.base import Message

_AGREEMENTS: Final = "/registry/v1/agreements"
_ACTIONS: Final = "/registry/v1/agreement-actions"


class _Made(Message):
    """The answer to whatever was created; that it is there is all that matters."""


async def sign_chain(play: Play) -> None:
    """Let both ministries agree, down to the plan under which the classes are held."""
    for name, agreement in _chain(play).items():
        await _sign(play, name, agreement)
    await _act(play)
    play.tell(
        f"  MoU, PKS and plan signed on {play.calendar.signed_on:%d %B %Y}, covering all of them;"
        " their first action is done."
    )


def _chain(play: Play) -> dict[str, dict[str, Any]]:
    seeds, calendar = play.seeds, play.calendar
    common = {
        "state": "DRAFT",
        "parties": [{"ministry": "MANPOWER"}, {"ministry": "MSME"}],
        "valid_from": calendar.signed_on,
        "valid_to": calendar.valid_to,
        "synthetic": True,
    }
    covered = [center.id for center in play.centers]
    return {
        "mou": {
            "id": seeds.id_of("mou"),
            "kind": "MOU",
            "number": f"MoU/{seeds.label}",
            "title": f"Nota kesepahaman pelatihan kewirausahaan serentak ({SYNTHETIC})",
            **common,
        },
        "pks": {
            "id": seeds.id_of("pks"),
            "kind": "PKS",
            "number": f"PKS/{seeds.label}",
            "title": f"Perjanjian kerja sama penyelenggaraan ({SYNTHETIC})",
            "follows_from_id": seeds.id_of("mou"),
            "facility_ids": covered,
            **common,
        },
        "plan": {
            "id": seeds.id_of("plan"),
            "kind": "PLAN",
            "number": f"RK/{seeds.label}",
            "title": f"Rencana kerja gelombang 1 ({SYNTHETIC})",
            "follows_from_id": seeds.id_of("pks"),
            "facility_ids": covered,
            **common,
        },
    }


async def _sign(play: Play, name: str, agreement: dict[str, Any]) -> None:
    """Draft an agreement for one ministry, and let the other one sign it."""
    key = play.seeds.key_of
    await play.api.must_post(_AGREEMENTS, agreement, _Made, caller=MANPOWER, key=key(name))
    signing = {"signed_on": play.calendar.signed_on}
    path = f"{_AGREEMENTS}/{agreement['id']}/sign"
    await play.api.must_post(path, signing, _Made, caller=MSME, key=key(f"{name}-sign"))


async def _act(play: Play) -> None:
    """Do what the plan says first, and show what proves it."""
    key = play.seeds.key_of
    action = {
        "id": play.seeds.id_of("action"),
        "agreement_id": play.seeds.id_of("plan"),
        "title": f"Modul bersama disahkan ({SYNTHETIC})",
        "responsible": {"ministry": "MSME"},
        "due_on": play.calendar.starts_on,
    }
    path = f"{_ACTIONS}/{action['id']}"
    reference = f"https://contoh.example/{play.seeds.label}/berita-acara.pdf"
    evidence = {"reference": reference, "sha256": sha256(reference.encode()).hexdigest()}
    done = {"done_on": play.calendar.prepared_at.date(), "evidence": evidence}
    for step, target, body in (
        ("action", _ACTIONS, action),
        ("action-start", f"{path}/start", {}),
        ("action-finish", f"{path}/finish", done),
    ):
        await play.api.must_post(target, body, _Made, caller=MSME, key=key(step))
