"""The life of an application, stated without a database."""

from enum import StrEnum


class DocumentKind(StrEnum):
    """What a document shows."""

    IDENTITY = "IDENTITY"
    BUSINESS_LICENCE = "BUSINESS_LICENCE"
    BUSINESS_PLAN = "BUSINESS_PLAN"
    INCOME = "INCOME"
    RECOMMENDATION = "RECOMMENDATION"
    OTHER = "OTHER"
