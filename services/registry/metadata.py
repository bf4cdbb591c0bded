"""All tables of the registry, for migrations and for tests."""

from services.registry.agreements import tables as _agreements  # noqa: F401
from services.registry.areas import tables as _areas  # noqa: F401
from services.registry.base import Base
from services.registry.bookings import tables as _bookings  # noqa: F401
from services.registry.engagements import tables as _engagements  # noqa: F401
from services.registry.facilities import tables as _facilities  # noqa: F401
from services.registry.facility_roles import tables as _facility_roles  # noqa: F401
from services.registry.institutions import tables as _institutions  # noqa: F401
from services.registry.instructors import tables as _instructors  # noqa: F401
from services.registry.modules import tables as _modules  # noqa: F401
from services.registry.networks import tables as _networks  # noqa: F401
from services.registry.opening_hours import tables as _opening_hours  # noqa: F401
from services.registry.spaces import tables as _spaces  # noqa: F401

metadata = Base.metadata
