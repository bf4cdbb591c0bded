"""What the registry says to the other services, a module for each of its subjects."""

from shared.schemas.registry.agreements import AgreementSigned
from shared.schemas.registry.areas import AreaLevel, AreaRead, AreasImported, TimeZone
from shared.schemas.registry.classes import ClassCheck, ClassResources
from shared.schemas.registry.facilities import (
    FacilityCell,
    FacilityKind,
    FacilityMoved,
    FacilityStatus,
    SpaceStated,
)
from shared.schemas.registry.institutions import InstitutionRegistered
from shared.schemas.registry.teaching import InstructorRegistered, ModulePublished
from shared.schemas.registry.topics import Topic

__all__ = [
    "AgreementSigned",
    "AreaLevel",
    "AreaRead",
    "AreasImported",
    "ClassCheck",
    "ClassResources",
    "FacilityCell",
    "FacilityKind",
    "FacilityMoved",
    "FacilityStatus",
    "InstitutionRegistered",
    "InstructorRegistered",
    "ModulePublished",
    "SpaceStated",
    "TimeZone",
    "Topic",
]
