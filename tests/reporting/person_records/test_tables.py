"""Every table of reporting and of the registry that names a person is known to be one."""

from services.registry.metadata import metadata as registry
from services.registry.person_records import rules as in_registry
from services.reporting.metadata import metadata as reporting
from services.reporting.person_records import rules as in_reporting


def naming_people(metadata) -> set[str]:
    return {table.name for table in metadata.tables.values() if "participant_id" in table.columns}


def test_the_registry_knows_them():
    assert naming_people(registry) - {"event"} == set(in_registry.PERSON_TABLES)


def test_reporting_knows_them():
    known = set(in_reporting.PERSON_TABLES) | in_reporting.RETOLD
    shadows = {name for name in naming_people(reporting) if name.startswith(("shadow", "live"))}

    assert naming_people(reporting) - shadows <= known
    assert set(in_reporting.PERSON_TABLES) <= naming_people(reporting)
