"""What a quota says of a person, stated without a database."""

from enum import StrEnum


class QuotaDimension(StrEnum):
    """What the members of a quota have in common; PROVINCE is where they live."""

    PROVINCE = "PROVINCE"
    SEX = "SEX"
    ENTRANT_KIND = "ENTRANT_KIND"
    DISABILITY = "DISABILITY"


class QuotaKind(StrEnum):
    """AT_MOST: no more members hold a seat. AT_LEAST: seats are kept for members until released."""

    AT_LEAST = "AT_LEAST"
    AT_MOST = "AT_MOST"
