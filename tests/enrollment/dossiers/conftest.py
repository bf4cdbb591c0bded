from tests.support.certified import admin, applicant, running, seats

__all__ = ["admin", "applicant", "running", "seats"]
