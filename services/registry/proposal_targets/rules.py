"""Kinds of things of which a change may be proposed."""

from enum import StrEnum


class TargetKind(StrEnum):
    """What may be proposed to be changed; of an agreement what its draft says."""

    FACILITY = "FACILITY"
    INSTITUTION = "INSTITUTION"
    SPACE = "SPACE"
    AGREEMENT = "AGREEMENT"
