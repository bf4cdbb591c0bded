"""What is counted of maturity, roadmaps, incubators, developments and agreements."""

from typing import Final

from services.reporting.folding.rules import Source
from services.reporting.indicators.rules import Dimension, Indicator, Report, Unit
from shared.i18n import Text

_D = Dimension
_COUNT, _RATIO = Unit.COUNT, Unit.RATIO
_SOURCE: Final = Text(
    "Registri balai; dihitung ulang setiap ada perubahan dan setiap malam, karena lewatnya hari"
    " mengubah yang terlambat dan yang berlaku",
    "The registry; recounted at each change and every night, since the passing of a day changes"
    " what is late and what is in force",
)


def _of(
    code: str, label: Text, definition: Text, *, of: str | None = None, unit: Unit = _COUNT
) -> Indicator:
    return Indicator(code, label, unit, code, of, definition=definition, source=_SOURCE)


_MATURITY: Final = (
    _of(
        "maturity_assessed",
        Text("Balai dinilai kematangannya", "Centres assessed"),
        Text(
            "Balai yang belum ditutup dan mempunyai kelas kematangan.",
            "Centres that are not closed and have a class of maturity.",
        ),
        of="coverage_asked",
    ),
    *(
        _of(
            f"maturity_{code}",
            Text(f"Kelas {name}", f"Class {name}"),
            Text(
                f"Balai yang kelas terakhirnya {name}, dari semua yang dinilai.",
                f"Centres whose present class is {name}, of all assessed.",
            ),
            of="maturity_assessed",
            unit=_RATIO,
        )
        for code, name in (
            ("baru", "Baru"),
            ("tumbuh", "Tumbuh"),
            ("berkembang", "Berkembang"),
            ("mandiri", "Mandiri"),
        )
    ),
    _of(
        "roadmaps_adopted",
        Text("Balai mengikuti peta jalan", "Roadmaps adopted"),
        Text(
            "Balai yang belum ditutup dan mengikuti peta jalan nasional.",
            "Centres that are not closed and follow the national roadmap.",
        ),
        of="coverage_asked",
    ),
    _of(
        "milestones_done",
        Text("Tonggak selesai", "Milestones done"),
        Text(
            "Tonggak peta jalan yang selesai, dari semua kecuali yang dilepas.",
            "Milestones of roadmaps that are done, of all but those dropped.",
        ),
        of="milestones",
        unit=_RATIO,
    ),
    _of(
        "milestones_overdue",
        Text("Tonggak terlambat", "Milestones overdue"),
        Text(
            "Tonggak yang belum selesai padahal harinya sudah lewat.",
            "Milestones that are not done although their day has passed.",
        ),
        of="milestones",
    ),
)
_INCUBATORS: Final = (
    _of(
        "incubators",
        Text("Inkubator aktif", "Incubators"),
        Text(
            "Penetapan inkubator yang aktif dan sedang berlaku.",
            "Designations as an incubator that are active and in force.",
        ),
    ),
    _of(
        "incubator_places",
        Text("Tempat di inkubator", "Places in incubators"),
        Text("Daya tampung inkubator aktif.", "The capacity of the incubators that are active."),
    ),
    _of(
        "tenants_in",
        Text("Tenant saat ini", "Tenants"),
        Text(
            "Tenant yang sedang dibina, dari tempat di inkubator aktif.",
            "Tenants that are in an incubator, of the places of those active.",
        ),
        of="incubator_places",
    ),
    _of(
        "tenants_graduated",
        Text("Tenant lulus", "Tenants graduated"),
        Text("Tenant yang lulus, dari semua yang pernah masuk.", "Tenants graduated, of all ever."),
        of="tenants_ever",
        unit=_RATIO,
    ),
    _of(
        "tenants_started",
        Text("Tenant lulus yang memulai usaha", "Graduates who started a business"),
        Text(
            "Tenant lulus dengan hasil usaha dimulai, dari yang lulus.",
            "Tenants that graduated with a business started, of all graduated.",
        ),
        of="tenants_graduated",
        unit=_RATIO,
    ),
    _of(
        "tenants_left",
        Text("Tenant keluar", "Tenants left"),
        Text("Tenant yang keluar sebelum lulus.", "Tenants that left before graduating."),
        of="tenants_ever",
        unit=_RATIO,
    ),
)
_DEVELOPMENTS: Final = (
    _of(
        "developments",
        Text("Pembangunan BLK Komunitas", "Community centres being built"),
        Text("Bantuan pembangunan pada langkah apa pun.", "Grants to build, at whatever step."),
    ),
    _of(
        "developments_built",
        Text("BLK Komunitas terbangun", "Community centres built"),
        Text(
            "Pembangunan yang selesai dibangun atau sudah lebih jauh.",
            "Developments that are built or further on.",
        ),
        of="developments",
        unit=_RATIO,
    ),
    _of(
        "developments_accounted",
        Text("Dipertanggungjawabkan (LPJ)", "Accounted for"),
        Text("Pembangunan yang LPJ-nya diterima.", "Developments whose accounts (LPJ) are in."),
        of="developments",
        unit=_RATIO,
    ),
    _of(
        "developments_overdue",
        Text("LPJ terlambat", "Accounts overdue"),
        Text("Pembangunan yang LPJ-nya lewat waktu.", "Developments whose accounts are late."),
        of="developments",
    ),
    _of(
        "rupiah_granted",
        Text("Rupiah bantuan", "Rupiah granted"),
        Text("Nilai bantuan pembangunan.", "What was granted to build."),
    ),
    _of(
        "rupiah_paid",
        Text("Rupiah dibayarkan", "Rupiah paid"),
        Text("Tahap bantuan yang dibayarkan, dari nilainya.", "Payments made, of the grants."),
        of="rupiah_granted",
    ),
)
_AGREEMENTS: Final = (
    _of(
        "agreements",
        Text("Perjanjian berlaku", "Agreements in force"),
        Text("MoU, PKS dan rencana kerja yang berlaku.", "MoU, PKS and plans that are in force."),
    ),
    *(
        _of(
            f"agreements_{code}",
            Text(f"{name} berlaku", f"{english} in force"),
            Text(f"{name} yang berlaku.", f"{english} in force."),
            of="agreements",
        )
        for code, name, english in (
            ("mou", "Nota kesepahaman", "Memoranda (MoU)"),
            ("pks", "Perjanjian kerja sama", "Cooperation agreements (PKS)"),
            ("plan", "Rencana kerja", "Plans"),
        )
    ),
    _of(
        "agreements_expiring",
        Text("Perjanjian segera berakhir", "Agreements expiring"),
        Text("Perjanjian yang berakhir dalam 90 hari.", "Agreements that end within 90 days."),
        of="agreements",
    ),
    _of(
        "covered",
        Text("Balai tercakup perjanjian", "Facilities covered"),
        Text(
            "Balai yang tercakup perjanjian yang berlaku, dari semua yang belum ditutup.",
            "Facilities that an agreement in force covers, of all that are not closed.",
        ),
        of="coverage_asked",
        unit=_RATIO,
    ),
    _of(
        "actions_done",
        Text("Aksi selesai", "Actions done"),
        Text(
            "Aksi perjanjian yang selesai, dari semua kecuali yang dibatalkan.",
            "Actions of agreements that are done, of all but those cancelled.",
        ),
        of="actions",
        unit=_RATIO,
    ),
    _of(
        "actions_overdue",
        Text("Aksi terlambat", "Actions overdue"),
        Text(
            "Aksi yang belum selesai padahal harinya sudah lewat.",
            "Actions that are not done although their day has passed.",
        ),
        of="actions",
    ),
)
STANDING: Final = Report(
    code="standing",
    label=Text("Keadaan balai dan perjanjian", "What stands"),
    description=Text(
        "Kematangan, peta jalan, inkubator, pembangunan, perjanjian dan cakupannya, pada keadaan"
        " sekarang. Perjanjian tidak mempunyai daerah.",
        "Maturity, roadmaps, incubators, developments, agreements and their coverage, as they stand"
        " now. Agreements lie in no area.",
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
        _D.DAY,
        _D.MONTH,
    ),
    indicators=(*_MATURITY, *_INCUBATORS, *_DEVELOPMENTS, *_AGREEMENTS),
)
