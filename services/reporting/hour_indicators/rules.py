"""What is counted of the hours of spaces."""

from typing import Final

from services.reporting.folding.rules import Source
from services.reporting.indicators.rules import Dimension, Indicator, Report, Unit
from shared.i18n import Text

_D = Dimension
_SOURCE: Final = Text(
    "Registri balai: jam buka, hari libur, penutupan dan pemesanan ruang; dihitung ulang setiap ada"
    " perubahan dan setiap malam",
    "The registry: opening hours, holidays, closures and bookings of spaces; recounted at each"
    " change and every night",
)
_REVISION: Final = Text(
    "Langsung. Bulan yang lewat berubah bila jam, penutupan atau pemakaiannya dikoreksi.",
    "Live. A past month moves when its hours, closures or uses are corrected.",
)


def _indicator(
    code: str,
    label: Text,
    unit: Unit,
    sums: tuple[str, str | None],
    definition: Text,
) -> Indicator:
    return Indicator(
        code, label, unit, *sums, definition=definition, source=_SOURCE, revision=_REVISION
    )


UTILISATION: Final = Report(
    code="utilisation",
    label=Text("Pemakaian ruang", "Use of spaces"),
    description=Text(
        "Jam ruang yang buka, dipesan dan dipakai, dan jam menganggur yang dipakai kementerian"
        " lain, menurut bulan pada jam balai. Jam buka tidak mempunyai tujuan dan pemakai.",
        "Hours that spaces are open, booked and used, and idle hours that other ministries put to"
        " use, by month on the clocks of the facility. Open hours have no purpose and no user.",
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
        _D.PURPOSE,
        _D.USING_MINISTRY,
        _D.MONTH,
    ),
    indicators=(
        _indicator(
            "hours_open",
            Text("Jam buka", "Hours open"),
            Unit.HOURS,
            ("minutes_open", None),
            Text(
                "Jam buka setiap ruang balai yang menyatakan jam bukanya, tanpa hari libur dan"
                " tanpa waktu ruang ditutup.",
                "Hours at which each space of a facility that states its hours is open, without"
                " holidays and without the times at which it is out of service.",
            ),
        ),
        _indicator(
            "hours_booked",
            Text("Jam dipesan", "Hours booked"),
            Unit.HOURS,
            ("minutes_booked", "minutes_open"),
            Text(
                "Jam yang pemesanannya disetujui, dipakai atau belum; penutupan tidak dihitung.",
                "Hours whose booking was approved, used or still to be used; closures are none.",
            ),
        ),
        _indicator(
            "hours_used",
            Text("Jam dipakai", "Hours used"),
            Unit.HOURS,
            ("minutes_used", "minutes_open"),
            Text("Jam yang tercatat dipakai.", "Hours recorded as used."),
        ),
        _indicator(
            "utilisation",
            Text("Tingkat pemakaian", "Utilisation"),
            Unit.RATIO,
            ("minutes_used_of_open", "minutes_open"),
            Text(
                "Jam dipakai dari jam buka, hanya balai yang menyatakan jam bukanya.",
                "Hours used of hours open, of facilities that state their hours.",
            ),
        ),
        _indicator(
            "idle_hours_used",
            Text("Jam menganggur yang dimanfaatkan", "Idle hours put to use"),
            Unit.HOURS,
            ("minutes_idle_used", "minutes_used"),
            Text(
                "Jam yang dipakai kementerian selain pemilik balai.",
                "Hours used by a ministry other than the one that owns the facility.",
            ),
        ),
    ),
)
