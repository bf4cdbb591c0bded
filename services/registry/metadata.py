"""All tables of the registry, for migrations and for tests."""

from services.registry.accreditations import tables as _accreditations  # noqa: F401
from services.registry.agreement_actions import tables as _agreement_actions  # noqa: F401
from services.registry.agreement_reminders import tables as _agreement_reminders  # noqa: F401
from services.registry.agreement_targets import tables as _agreement_targets  # noqa: F401
from services.registry.agreements import tables as _agreements  # noqa: F401
from services.registry.area_changes import tables as _area_changes  # noqa: F401
from services.registry.areas import tables as _areas  # noqa: F401
from services.registry.assignments import tables as _assignments  # noqa: F401
from services.registry.base import Base
from services.registry.bookings import tables as _bookings  # noqa: F401
from services.registry.contacts import tables as _contacts  # noqa: F401
from services.registry.developments import tables as _developments  # noqa: F401
from services.registry.engagements import tables as _engagements  # noqa: F401
from services.registry.equipment import tables as _equipment  # noqa: F401
from services.registry.facilities import tables as _facilities  # noqa: F401
from services.registry.facility_codes import tables as _facility_codes  # noqa: F401
from services.registry.facility_duplicates import tables as _facility_duplicates  # noqa: F401
from services.registry.facility_merges import tables as _facility_merges  # noqa: F401
from services.registry.facility_roles import tables as _facility_roles  # noqa: F401
from services.registry.incubators import tables as _incubators  # noqa: F401
from services.registry.institutions import tables as _institutions  # noqa: F401
from services.registry.instructors import tables as _instructors  # noqa: F401
from services.registry.invitations import tables as _invitations  # noqa: F401
from services.registry.maturity import tables as _maturity  # noqa: F401
from services.registry.modules import tables as _modules  # noqa: F401
from services.registry.networks import tables as _networks  # noqa: F401
from services.registry.opening_hours import tables as _opening_hours  # noqa: F401
from services.registry.person_records import tables as _person_records  # noqa: F401
from services.registry.place_figures import tables as _place_figures  # noqa: F401
from services.registry.potential import tables as _potential  # noqa: F401
from services.registry.proposals import tables as _proposals  # noqa: F401
from services.registry.roadmaps import tables as _roadmaps  # noqa: F401
from services.registry.services import tables as _services  # noqa: F401
from services.registry.shifts import tables as _shifts  # noqa: F401
from services.registry.spaces import tables as _spaces  # noqa: F401

metadata = Base.metadata
