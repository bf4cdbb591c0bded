"""The lists that are exported; a test compares them with the routes that answer in pages."""

from collections.abc import Mapping
from typing import Final

from services.registry.accreditations.schemas import AccreditationRead
from services.registry.accreditations.tables import Accreditation
from services.registry.agreement_actions.schemas import ActionRead
from services.registry.agreement_actions.tables import AgreementAction
from services.registry.agreement_coverage.schemas import CoverageRead
from services.registry.agreement_reminders.queries import seen_by as reminded
from services.registry.agreement_reminders.schemas import ReminderRead
from services.registry.agreement_reminders.tables import AgreementReminder
from services.registry.agreement_targets.schemas import TargetRead
from services.registry.agreement_targets.tables import AgreementTarget
from services.registry.agreements.queries import seen_by
from services.registry.agreements.schemas import AgreementRead, DocumentRead, SignatoryRead
from services.registry.agreements.tables import (
    Agreement,
    AgreementDocument,
    AgreementFacility,
    AgreementSignatory,
)
from services.registry.area_changes.schemas import AreaChangeRead, WorkItemRead
from services.registry.area_changes.tables import AreaWorkItem
from services.registry.areas.tables import Area, AreaChange
from services.registry.assignments.schemas import AssignmentRead
from services.registry.assignments.tables import Assignment
from services.registry.bookings.schemas import BookingRead
from services.registry.bookings.tables import Booking
from services.registry.contacts.schemas import ContactRead
from services.registry.contacts.tables import FacilityContact
from services.registry.developments.schemas import DevelopmentRead
from services.registry.developments.tables import Development
from services.registry.engagements.schemas import EngagementRead
from services.registry.engagements.tables import EngagementSlot
from services.registry.equipment.schemas import EquipmentRead
from services.registry.equipment.tables import Equipment
from services.registry.export_lists.tables import (
    AGREEMENT_MORE,
    ENGAGEMENT_MORE,
    POTENTIAL_MORE,
    ROLE_MORE,
    ExportList,
    inside,
    of_agreement,
    of_assignments,
    of_duplicates,
    of_instructor,
    of_modules,
    of_own_agreement,
)
from services.registry.facilities.schemas import FacilityRead
from services.registry.facilities.tables import Facility, FacilityPeriod
from services.registry.facility_codes.schemas import FacilityCodeRead
from services.registry.facility_codes.tables import FacilityCode
from services.registry.facility_duplicates.schemas import DuplicateRead
from services.registry.facility_duplicates.tables import FacilityDuplicate
from services.registry.facility_histories.schemas import FacilityPeriodRead
from services.registry.facility_roles.schemas import RoleRead
from services.registry.facility_roles.tables import FacilityInstitution
from services.registry.incubators.schemas import IncubatorRead, PersonRead, TenantRead
from services.registry.incubators.tables import Incubator, IncubatorPerson, IncubatorTenant
from services.registry.institutions.schemas import InstitutionRead
from services.registry.institutions.tables import Institution
from services.registry.instructors.schemas import CertificateRead, InstructorRead
from services.registry.instructors.tables import Instructor, InstructorCertificate
from services.registry.invitations.schemas import InvitationRead
from services.registry.invitations.tables import Invitation
from services.registry.maturity.schemas import AssessmentRead, CriteriaRead, RevisionRead
from services.registry.maturity.tables import MaturityAssessment, MaturityCriteria, MaturityRevision
from services.registry.modules.schemas import ModuleRead
from services.registry.modules.tables import Module
from services.registry.networks.schemas import MemberRead, NetworkRead
from services.registry.networks.tables import Network, NetworkMember
from services.registry.potential.schemas import PotentialRead
from services.registry.potential.tables import RegencyPotential
from services.registry.proposals.queries import lies_within
from services.registry.proposals.schemas import ProposalRead
from services.registry.proposals.tables import Proposal
from services.registry.roadmaps.schemas import MilestoneRead, RoadmapRead, TemplateRead
from services.registry.roadmaps.tables import Roadmap, RoadmapMilestone, RoadmapTemplate
from services.registry.services.schemas import ServiceRead
from services.registry.services.tables import ServiceOffer
from services.registry.shifts.schemas import ShiftRead
from services.registry.shifts.tables import FacilityShift
from services.registry.space_changes.schemas import ClosureRead
from services.registry.spaces.schemas import SpaceRead
from services.registry.spaces.tables import Space
from shared.schemas.registry import AreaRead, BookingPurpose
from shared.scope import Permission

_PROOF: Final = ("evidence_reference", "evidence_sha256")
_PAPER: Final = ("document_reference", "document_sha256")

EXPORTS: Final[Mapping[str, ExportList]] = {
    "areas": ExportList(Area, AreaRead, ("/v1/areas", "/v1/areas/{code}/children")),
    "area-changes": ExportList(AreaChange, AreaChangeRead, ("/v1/area-changes",)),
    "area-work-items": ExportList(
        AreaWorkItem,
        WorkItemRead,
        ("/v1/area-work-items",),
        permission=Permission.FACILITIES_WRITE,
        seen=inside(AreaWorkItem),
    ),
    "institutions": ExportList(Institution, InstitutionRead, ("/v1/institutions",)),
    "facility-institutions": ExportList(
        FacilityInstitution,
        RoleRead,
        ("/v1/facilities/{facility_id}/institutions", "/v1/hiring-commitments"),
        more=ROLE_MORE,
    ),
    "networks": ExportList(Network, NetworkRead, ("/v1/networks",)),
    "network-members": ExportList(
        NetworkMember, MemberRead, ("/v1/networks/{network_id}/members",)
    ),
    "services": ExportList(ServiceOffer, ServiceRead, ("/v1/services",)),
    "potential": ExportList(
        RegencyPotential,
        PotentialRead,
        ("/v1/potential",),
        more=POTENTIAL_MORE,
    ),
    "facilities": ExportList(Facility, FacilityRead, ("/v1/facilities",)),
    "facility-duplicates": ExportList(
        FacilityDuplicate,
        DuplicateRead,
        ("/v1/facility-duplicates",),
        permission=Permission.FACILITIES_MERGE,
        seen=of_duplicates,
        besides=("a_id", "b_id"),
    ),
    "facility-history": ExportList(
        FacilityPeriod,
        FacilityPeriodRead,
        ("/v1/facilities/{facility_id}/history",),
        without=("actor",),
    ),
    "facility-codes": ExportList(
        FacilityCode, FacilityCodeRead, ("/v1/facilities/{facility_id}/codes",)
    ),
    "contacts": ExportList(
        FacilityContact,
        ContactRead,
        ("/v1/facilities/{facility_id}/contacts",),
        permission=Permission.CONTACTS_READ,
        seen=inside(FacilityContact),
        audited="facility.contacts.exported",
    ),
    "equipment": ExportList(Equipment, EquipmentRead, ("/v1/facilities/{facility_id}/equipment",)),
    "shifts": ExportList(FacilityShift, ShiftRead, ("/v1/facilities/{facility_id}/shifts",)),
    "spaces": ExportList(Space, SpaceRead, ("/v1/facilities/{facility_id}/spaces",)),
    "closures": ExportList(
        Booking,
        ClosureRead,
        ("/v1/spaces/{space_id}/closures",),
        only=Booking.purpose == BookingPurpose.CLOSURE,
    ),
    "bookings": ExportList(
        Booking,
        BookingRead,
        ("/v1/bookings",),
        permission=Permission.BOOKINGS_READ,
        seen=inside(Booking),
        only=Booking.purpose != BookingPurpose.CLOSURE,
    ),
    "agreements": ExportList(
        Agreement,
        AgreementRead,
        ("/v1/agreements",),
        seen=seen_by,
        more=AGREEMENT_MORE,
        without=("kept_state",),
    ),
    "agreement-signatories": ExportList(
        AgreementSignatory,
        SignatoryRead,
        ("/v1/agreements/{agreement_id}/signatories",),
        permission=Permission.CONTACTS_READ,
        seen=of_own_agreement,
        besides=("agreement_id",),
        audited="agreement.signatories.exported",
    ),
    "agreement-documents": ExportList(
        AgreementDocument,
        DocumentRead,
        ("/v1/agreements/{agreement_id}/documents",),
        seen=of_agreement(AgreementDocument.agreement_id),
        besides=("agreement_id",),
    ),
    "agreement-facilities": ExportList(
        AgreementFacility,
        CoverageRead,
        ("/v1/agreements/{agreement_id}/facilities",),
        seen=of_agreement(AgreementFacility.agreement_id),
        besides=("agreement_id",),
    ),
    "agreement-targets": ExportList(
        AgreementTarget,
        TargetRead,
        ("/v1/agreements/{agreement_id}/targets",),
        seen=of_agreement(AgreementTarget.agreement_id),
        besides=("agreement_id",),
    ),
    "agreement-actions": ExportList(
        AgreementAction,
        ActionRead,
        ("/v1/agreement-actions",),
        besides=("responsible_ministry", "responsible_institution_id", *_PROOF),
    ),
    "agreement-reminders": ExportList(
        AgreementReminder,
        ReminderRead,
        ("/v1/agreement-reminders",),
        seen=reminded,
    ),
    "developments": ExportList(
        Development, DevelopmentRead, ("/v1/developments",), seen=inside(Development)
    ),
    "modules": ExportList(
        Module, ModuleRead, ("/v1/modules", "/v1/modules/{module_id}/versions"), seen=of_modules
    ),
    "instructors": ExportList(
        Instructor,
        InstructorRead,
        ("/v1/instructors",),
        seen=inside(Instructor),
        audited="instructors.exported",
    ),
    "instructor-certificates": ExportList(
        InstructorCertificate,
        CertificateRead,
        ("/v1/instructors/{instructor_id}/certificates",),
        seen=of_instructor(InstructorCertificate.instructor_id),
        audited="instructors.exported",
    ),
    "engagements": ExportList(
        EngagementSlot,
        EngagementRead,
        ("/v1/instructors/{instructor_id}/engagements",),
        seen=of_instructor(EngagementSlot.instructor_id),
        besides=("instructor_id",),
        more=ENGAGEMENT_MORE,
    ),
    "proposals": ExportList(
        Proposal,
        ProposalRead,
        ("/v1/proposals",),
        permission=Permission.PROPOSALS_READ,
        seen=lies_within,
    ),
    "assignments": ExportList(
        Assignment,
        AssignmentRead,
        ("/v1/assignments",),
        permission=Permission.ASSIGNMENTS_READ,
        seen=of_assignments,
        audited="assignments.exported",
    ),
    "invitations": ExportList(
        Invitation,
        InvitationRead,
        ("/v1/invitations",),
        permission=Permission.ASSIGNMENTS_READ,
        seen=inside(Invitation),
        audited="assignments.exported",
    ),
    "accreditations": ExportList(
        Accreditation,
        AccreditationRead,
        ("/v1/accreditations", "/v1/facilities/{facility_id}/accreditations"),
        besides=_PAPER,
    ),
    "incubators": ExportList(Incubator, IncubatorRead, ("/v1/incubators",)),
    "incubator-people": ExportList(
        IncubatorPerson,
        PersonRead,
        ("/v1/incubators/{incubator_id}/people",),
        permission=Permission.CONTACTS_READ,
        seen=inside(IncubatorPerson),
        audited="incubator.people.exported",
    ),
    "incubator-tenants": ExportList(
        IncubatorTenant,
        TenantRead,
        ("/v1/incubators/{incubator_id}/tenants",),
        seen=inside(IncubatorTenant),
    ),
    "maturity-criteria": ExportList(MaturityCriteria, CriteriaRead, ("/v1/maturity-criteria",)),
    "maturity-assessments": ExportList(
        MaturityAssessment,
        AssessmentRead,
        ("/v1/maturity-assessments", "/v1/facilities/{facility_id}/maturity-assessments"),
    ),
    "maturity-revisions": ExportList(
        MaturityRevision,
        RevisionRead,
        ("/v1/maturity-assessments/{assessment_id}/revisions",),
        besides=("assessment_id",),
    ),
    "roadmap-templates": ExportList(RoadmapTemplate, TemplateRead, ("/v1/roadmap-templates",)),
    "roadmaps": ExportList(Roadmap, RoadmapRead, ("/v1/roadmaps",)),
    "milestones": ExportList(
        RoadmapMilestone,
        MilestoneRead,
        ("/v1/milestones",),
        seen=inside(RoadmapMilestone),
        besides=_PROOF,
    ),
}
