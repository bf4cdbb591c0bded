"""The metadata of a report, as Satu Data Indonesia asks for it."""

from datetime import datetime

from pydantic import ConfigDict

from services.reporting.indicators.rules import Dimension, Unit
from shared.schemas.base import Read


class Said(Read):
    """One sentence in Indonesian and in English."""

    id: str
    en: str


class Classification(Read):
    """A dimension that the figures are classified by, and the code list of its values."""

    code: Dimension
    label: Said
    codes: str | None


class DataStandard(Read):
    """The standard of one figure: its concept, definition, classification, measure and unit.

    `minimum_answers` are those below which it is marked as resting on few.
    """

    code: str
    concept: Said
    definition: Said
    measure: Said
    unit: Unit
    unit_label: Said
    source: Said
    revision: Said
    minimum_answers: int | None


class CodeList(Read):
    """A list of reference codes, and the version that the figures use."""

    name: str
    authority: str
    version: str


class Period(Read):
    """Which time the figures are of, and how often they change."""

    basis: Said
    frequency: Said
    time_zone: str
    as_of: datetime | None
    lag_seconds: float | None


class ReportMetadata(Read):
    """What is published beside the figures of a report. Source: Perpres 39/2019."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "report": "facilities",
                "title": {"id": "Balai", "en": "Facilities"},
                "description": {"id": "Balai terdaftar", "en": "Facilities registered"},
                "standard": "Perpres 39/2019",
                "producer": "Balai",
                "licence": "CC BY 4.0",
                "licence_url": "https://creativecommons.org/licenses/by/4.0/",
                "synthetic": True,
                "coverage": "Indonesia",
                "period": {
                    "basis": {"id": "Hari dicatat", "en": "Day recorded"},
                    "frequency": {"id": "Terus-menerus", "en": "Continuous"},
                    "time_zone": "Asia/Jakarta",
                    "as_of": "2026-11-22T01:00:03Z",
                    "lag_seconds": 0.0,
                },
                "code_lists": [
                    {"name": "areas", "authority": "Kemendagri", "version": "38/514, 2026-11-22"}
                ],
                "classifications": [],
                "standards": [],
                "formats": ["application/json"],
            }
        }
    )

    report: str
    title: Said
    description: Said
    standard: str
    producer: str
    licence: str
    licence_url: str
    synthetic: bool
    coverage: str
    period: Period
    code_lists: list[CodeList]
    classifications: list[Classification]
    standards: list[DataStandard]
    formats: list[str]
