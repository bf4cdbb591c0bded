"""All tables of reporting, for migrations and for tests."""

from services.reporting.base import Base
from services.reporting.class_facts import tables as _class_facts  # noqa: F401
from services.reporting.enrollment_facts import tables as _enrollment_facts  # noqa: F401
from services.reporting.facility_facts import tables as _facility_facts  # noqa: F401
from services.reporting.followups import tables as _followups  # noqa: F401
from services.reporting.held_grants import tables as _held_grants  # noqa: F401
from services.reporting.ledger import tables as _ledger  # noqa: F401
from services.reporting.outcome_facts import tables as _outcome_facts  # noqa: F401
from services.reporting.programs import tables as _programs  # noqa: F401
from services.reporting.restricted_people import tables as _restricted_people  # noqa: F401

metadata = Base.metadata
