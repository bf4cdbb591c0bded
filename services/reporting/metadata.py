"""All tables of reporting, for migrations and for tests."""

from services.reporting.alarms import tables as _alarms  # noqa: F401
from services.reporting.application_facts import tables as _application_facts  # noqa: F401
from services.reporting.areas import tables as _areas  # noqa: F401
from services.reporting.attendance_facts import tables as _attendance_facts  # noqa: F401
from services.reporting.base import Base
from services.reporting.baselines import tables as _baselines  # noqa: F401
from services.reporting.boundaries import tables as _boundaries  # noqa: F401
from services.reporting.certificate_facts import tables as _certificate_facts  # noqa: F401
from services.reporting.class_facts import tables as _class_facts  # noqa: F401
from services.reporting.enrollment_facts import tables as _enrollment_facts  # noqa: F401
from services.reporting.facility_facts import tables as _facility_facts  # noqa: F401
from services.reporting.followup_cohorts import tables as _followup_cohorts  # noqa: F401
from services.reporting.followup_instruments import (
    tables as _followup_instruments,  # noqa: F401
)
from services.reporting.followup_links import tables as _followup_links  # noqa: F401
from services.reporting.followups import tables as _followups  # noqa: F401
from services.reporting.funding_facts import tables as _funding_facts  # noqa: F401
from services.reporting.held_grants import tables as _held_grants  # noqa: F401
from services.reporting.hour_facts import tables as _hour_facts  # noqa: F401
from services.reporting.ledger import tables as _ledger  # noqa: F401
from services.reporting.networks import tables as _networks  # noqa: F401
from services.reporting.outcome_facts import tables as _outcome_facts  # noqa: F401
from services.reporting.phase_facts import tables as _phase_facts  # noqa: F401
from services.reporting.program_names import tables as _program_names  # noqa: F401
from services.reporting.programs import tables as _programs  # noqa: F401
from services.reporting.published_tables import tables as _published_tables  # noqa: F401
from services.reporting.quality_facts import tables as _quality_facts  # noqa: F401
from services.reporting.referral_facts import tables as _referral_facts  # noqa: F401
from services.reporting.report_exports import tables as _report_exports  # noqa: F401
from services.reporting.restricted_people import tables as _restricted_people  # noqa: F401
from services.reporting.signup_facts import tables as _signup_facts  # noqa: F401
from services.reporting.snapshots import tables as _snapshots  # noqa: F401
from services.reporting.standing_facts import tables as _standing_facts  # noqa: F401
from services.reporting.targets import tables as _targets  # noqa: F401

metadata = Base.metadata
