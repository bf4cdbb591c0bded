from tests.enrollment.applications.conftest import as_person, as_staff, someone, wave

__all__ = ["as_person", "as_staff", "someone", "wave"]
