"""What the registry says to the other services, a module for each of its subjects."""

from shared.schemas.registry.agreements import AgreementSigned
from shared.schemas.registry.areas import (
    AreaDecreed,
    AreaLevel,
    AreaRead,
    AreasChanged,
    AreaSettled,
    AreasImported,
    TimeZone,
)
from shared.schemas.registry.assignments import AssignmentHeld, InvitationTurned
from shared.schemas.registry.classes import ClassCheck, ClassResources
from shared.schemas.registry.facilities import (
    FacilityCell,
    FacilityKind,
    FacilityMoved,
    FacilityStatus,
    SpaceStated,
)
from shared.schemas.registry.institutions import InstitutionRegistered
from shared.schemas.registry.standing import (
    AccreditationGranted,
    AccreditationRevoked,
    CriteriaPublished,
    IncubatorChanged,
    IncubatorPersonChanged,
    MaturityAssessed,
    MaturityClass,
    MilestoneChanged,
    RoadmapAdopted,
    TemplatePublished,
    TenantMoved,
)
from shared.schemas.registry.teaching import (
    InstructorCertified,
    InstructorChanged,
    InstructorLeft,
    InstructorRegistered,
    InstructorsEngaged,
    ModuleDrafted,
    ModulePublished,
    ModuleRetired,
)
from shared.schemas.registry.topics import Topic

__all__ = [
    "AccreditationGranted",
    "AccreditationRevoked",
    "AgreementSigned",
    "AreaDecreed",
    "AreaLevel",
    "AreaRead",
    "AreaSettled",
    "AreasChanged",
    "AreasImported",
    "AssignmentHeld",
    "ClassCheck",
    "ClassResources",
    "CriteriaPublished",
    "FacilityCell",
    "FacilityKind",
    "FacilityMoved",
    "FacilityStatus",
    "IncubatorChanged",
    "IncubatorPersonChanged",
    "InstitutionRegistered",
    "InstructorCertified",
    "InstructorChanged",
    "InstructorLeft",
    "InstructorRegistered",
    "InstructorsEngaged",
    "InvitationTurned",
    "MaturityAssessed",
    "MaturityClass",
    "MilestoneChanged",
    "ModuleDrafted",
    "ModulePublished",
    "ModuleRetired",
    "RoadmapAdopted",
    "SpaceStated",
    "TemplatePublished",
    "TenantMoved",
    "TimeZone",
    "Topic",
]
