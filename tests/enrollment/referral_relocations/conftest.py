from tests.support.certified import admin, applicant, seats, trained
from tests.support.referred import referring

__all__ = ["admin", "applicant", "referring", "seats", "trained"]
