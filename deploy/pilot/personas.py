"""Somebody of each role by name, for `balai token --persona`."""

from dataclasses import dataclass
from typing import Final

from deploy.pilot.seeds import Seeds
from shared.scope import Grant, Role

# The people and places of `balai pilot` as it is played without options.
_PILOT: Final = Seeds(seed=1, applicants=2500, classes=63)


@dataclass(frozen=True, slots=True)
class Persona:
    """Who somebody is, in a sentence, and what his token grants."""

    name: str
    about: str
    grants: tuple[Grant, ...]

    @property
    def subject(self) -> str:
        """The subject of his token."""
        return f"persona:{self.name}"


PERSONAS: Final = (
    Persona("admin", "national administrator", (Grant(Role.NATIONAL_ADMIN),)),
    Persona(
        "manager-manpower",
        "programme manager, Ministry of Manpower",
        (Grant(Role.PROGRAM_MANAGER, ministries=("MANPOWER",)),),
    ),
    Persona(
        "manager-msme",
        "programme manager, Ministry of MSMEs",
        (Grant(Role.PROGRAM_MANAGER, ministries=("MSME",)),),
    ),
    Persona(
        "officer-32",
        "regional officer, West Java",
        (Grant(Role.REGIONAL_OFFICER, areas=("32",)),),
    ),
    Persona(
        "officer-91",
        "regional officer, Papua",
        (Grant(Role.REGIONAL_OFFICER, areas=("91",)),),
    ),
    Persona(
        "operator",
        "operator of the first facility of the usual pilot",
        (Grant(Role.FACILITY_OPERATOR, facilities=(_PILOT.id_of("facility"),)),),
    ),
    Persona(
        "sari",
        "Sari Contoh (DATA SINTETIS), who found her class full, in the usual pilot",
        (Grant(Role.PARTICIPANT, participant_id=_PILOT.id_of("participant")),),
    ),
    Persona("analyst", "analyst, aggregates only", (Grant(Role.ANALYST),)),
    Persona("auditor", "auditor, reads everything", (Grant(Role.AUDITOR),)),
)
