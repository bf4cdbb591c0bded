"""Somebody of each role by name, for `balai token --persona`."""

from dataclasses import dataclass
from typing import Final

from shared.scope import Grant, Role


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
    Persona("analyst", "analyst, aggregates only", (Grant(Role.ANALYST),)),
    Persona("auditor", "auditor, reads everything", (Grant(Role.AUDITOR),)),
)
