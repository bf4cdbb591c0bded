"""What is counted of facilities."""

from typing import Final

from services.reporting.folding.rules import Source
from services.reporting.indicators.rules import REGISTRY_EVENTS, Dimension, Indicator, Report, Unit
from shared.i18n import Text

_D = Dimension

FACILITIES: Final = Report(
    code="facilities",
    label=Text("Balai", "Facilities"),
    description=Text(
        "Balai yang terdaftar dan yang aktif, menurut jenis, daerah dan pemilik.",
        "Facilities registered and active, by kind, area and owner.",
    ),
    sources=(Source.REGISTRY,),
    dimensions=(
        _D.ZONE,
        _D.PROVINCE,
        _D.REGENCY,
        _D.FACILITY,
        _D.FACILITY_KIND,
        _D.NETWORK,
        _D.OWNER_MINISTRY,
        _D.STATUS,
        _D.DAY,
        _D.MONTH,
    ),
    indicators=(
        Indicator(
            "facilities",
            Text("Balai terdaftar", "Facilities"),
            Unit.COUNT,
            "facilities",
            definition=Text(
                "Balai yang ada di registri, apa pun statusnya.",
                "Facilities that the registry holds, whatever their status.",
            ),
            source=REGISTRY_EVENTS,
        ),
        Indicator(
            "active",
            Text("Balai aktif", "Active"),
            Unit.RATIO,
            "active",
            "facilities",
            definition=Text(
                "Balai berstatus aktif dari semua yang terdaftar.",
                "Facilities whose status is active, of all registered.",
            ),
            source=REGISTRY_EVENTS,
        ),
    ),
)
