from tests.support.certified import admin, applicant, head, running, seats, trained

__all__ = ["admin", "applicant", "head", "running", "seats", "trained"]
