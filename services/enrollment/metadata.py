"""All tables of enrollment, for migrations and for tests."""

from services.enrollment.accommodation_needs import tables as _accommodation_needs  # noqa: F401
from services.enrollment.applications import tables as _applications  # noqa: F401
from services.enrollment.areas import tables as _areas  # noqa: F401
from services.enrollment.assessments import tables as _assessments  # noqa: F401
from services.enrollment.attempts import tables as _attempts  # noqa: F401
from services.enrollment.base import Base
from services.enrollment.businesses import tables as _businesses  # noqa: F401
from services.enrollment.certificates import tables as _certificates  # noqa: F401
from services.enrollment.class_funding import tables as _class_funding  # noqa: F401
from services.enrollment.classes import tables as _classes  # noqa: F401
from services.enrollment.competence_certificates import tables as _competence_certificates  # noqa: F401
from services.enrollment.completions import tables as _completions  # noqa: F401
from services.enrollment.contacts import tables as _contacts  # noqa: F401
from services.enrollment.devices import tables as _devices  # noqa: F401
from services.enrollment.enrollments import tables as _enrollments  # noqa: F401
from services.enrollment.external_refs import tables as _external_refs  # noqa: F401
from services.enrollment.guardians import tables as _guardians  # noqa: F401
from services.enrollment.held_grants import tables as _held_grants  # noqa: F401
from services.enrollment.identities import tables as _identities  # noqa: F401
from services.enrollment.login_bindings import tables as _login_bindings  # noqa: F401
from services.enrollment.merged_facilities import tables as _merged_facilities  # noqa: F401
from services.enrollment.nik_corrections import tables as _nik_corrections  # noqa: F401
from services.enrollment.notices import tables as _notices  # noqa: F401
from services.enrollment.openings import tables as _openings  # noqa: F401
from services.enrollment.operator_logins import tables as _operator_logins  # noqa: F401
from services.enrollment.participants import tables as _participants  # noqa: F401
from services.enrollment.people_imports import tables as _people_imports  # noqa: F401
from services.enrollment.person_keys import tables as _person_keys  # noqa: F401
from services.enrollment.program_phases import tables as _program_phases  # noqa: F401
from services.enrollment.program_teams import tables as _program_teams  # noqa: F401
from services.enrollment.programs import tables as _programs  # noqa: F401
from services.enrollment.quotas import tables as _quotas  # noqa: F401
from services.enrollment.scores import tables as _scores  # noqa: F401
from services.enrollment.selection_criteria import tables as _selection_criteria  # noqa: F401
from services.enrollment.selections import tables as _selections  # noqa: F401
from services.enrollment.sheets import tables as _sheets  # noqa: F401
from services.enrollment.sync_ledger import tables as _sync_ledger  # noqa: F401
from services.enrollment.wave_decisions import tables as _wave_decisions  # noqa: F401
from services.enrollment.waves import tables as _waves  # noqa: F401

metadata = Base.metadata
