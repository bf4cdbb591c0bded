"""All tables of enrollment, for migrations and for tests."""

from services.enrollment.areas import tables as _areas  # noqa: F401
from services.enrollment.base import Base
from services.enrollment.classes import tables as _classes  # noqa: F401
from services.enrollment.enrollments import tables as _enrollments  # noqa: F401
from services.enrollment.held_grants import tables as _held_grants  # noqa: F401
from services.enrollment.identities import tables as _identities  # noqa: F401
from services.enrollment.merged_facilities import tables as _merged_facilities  # noqa: F401
from services.enrollment.notices import tables as _notices  # noqa: F401
from services.enrollment.openings import tables as _openings  # noqa: F401
from services.enrollment.participants import tables as _participants  # noqa: F401
from services.enrollment.person_keys import tables as _person_keys  # noqa: F401
from services.enrollment.programs import tables as _programs  # noqa: F401
from services.enrollment.sheets import tables as _sheets  # noqa: F401
from services.enrollment.waves import tables as _waves  # noqa: F401

metadata = Base.metadata
