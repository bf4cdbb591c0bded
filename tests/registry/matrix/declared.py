"""What each read of the registry shows to whom: whoever adds a route declares it here.

NATIONWIDE: facts, to all who have the permission; no person stands in them, and of drafts only
those of the caller's ministry. WITHIN: what lies within the caller's area, facility and ministry.
OF_MINISTRY: what lies nowhere, to its ministry. OWN: what the caller began. PUBLIC: to all. SELF:
to whoever is known, about himself.
"""

from enum import Enum, auto


class Shown(Enum):
    NATIONWIDE = auto()
    WITHIN = auto()
    OF_MINISTRY = auto()
    OWN = auto()
    PUBLIC = auto()
    SELF = auto()


_NATIONWIDE = """
list_area_changes get_area_change
list_institutions get_institution list_facility_roles list_hiring_commitments
list_networks get_network list_network_members
list_services get_service list_potential get_potential get_unmet_trades
list_facilities get_facility list_facility_history list_facility_codes
list_equipment get_equipment list_shifts get_shift
get_facilities_template get_spaces_template get_institutions_template get_instructors_template
get_agreements_template
list_spaces get_space list_closures get_opening_hours get_closed_days
list_free_slots list_utilisation list_busy_times
list_agreements get_agreement list_agreement_documents get_agreement_chain
list_covered_facilities list_agreement_targets list_agreement_actions get_agreement_action
list_modules get_module list_module_versions
list_accreditations list_facility_accreditations get_accreditation
list_incubators get_incubator
list_maturity_criteria get_maturity_criteria get_facility_maturity
list_facility_maturity_assessments list_maturity_assessments get_maturity_assessment
list_maturity_revisions
list_roadmap_templates get_roadmap_template list_roadmaps get_facility_roadmap
list_events
export_areas export_area_changes export_institutions export_facility_institutions export_networks
export_network_members export_services export_potential export_facilities export_facility_history
export_facility_codes export_equipment export_shifts export_spaces export_closures
export_agreements export_agreement_documents export_agreement_facilities export_agreement_targets
export_agreement_actions export_modules export_accreditations export_incubators
export_maturity_criteria export_maturity_assessments export_maturity_revisions
export_roadmap_templates export_roadmaps
"""

_WITHIN = """
list_area_work_items list_facility_duplicates list_contacts get_contact list_bookings get_booking
list_facilities_without_agreement list_agreement_reminders list_developments get_development
list_instructors get_instructor list_instructor_certificates list_instructor_engagements
get_instructor_load get_person_records list_proposals get_proposal list_assignments get_assignment
list_invitations get_invitation list_incubator_people list_tenants list_milestones
export_area_work_items export_facility_duplicates export_contacts export_bookings
export_agreement_reminders
export_developments export_instructors export_instructor_certificates export_engagements
export_proposals export_assignments export_invitations export_incubator_people
export_incubator_tenants export_milestones
"""

_OF_MINISTRY = "list_agreement_signatories export_agreement_signatories"

_OWN = "get_job list_job_rows get_job_workbook"

_PUBLIC = """
list_areas get_area list_area_children list_area_successions
show_landing show_conformance list_collections get_collection list_features get_feature
"""

_SELF = "get_me"

SHOWN = {
    operation: shown
    for shown, operations in (
        (Shown.NATIONWIDE, _NATIONWIDE),
        (Shown.WITHIN, _WITHIN),
        (Shown.OF_MINISTRY, _OF_MINISTRY),
        (Shown.OWN, _OWN),
        (Shown.PUBLIC, _PUBLIC),
        (Shown.SELF, _SELF),
    )
    for operation in operations.split()
}
