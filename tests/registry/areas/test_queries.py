import pytest
from sqlalchemy import text

from services.registry.areas.queries import like_pattern, page_shape
from services.registry.pages.queries import page_as_json

VILLAGES = """
    INSERT INTO registry.area (code, valid_from, level, name, parent_code)
    SELECT '33.73.04.' || 1000 + n, '2020-01-01', 'VILLAGE', 'Desa ' || n, '33.73.04'
    FROM generate_series(1, 5000) AS n
"""


# As many of another level, so that the level tells half of them apart.
DISTRICTS = """
    INSERT INTO registry.area (code, valid_from, level, name, parent_code)
    SELECT format('34.%s.%s', 10 + n / 90, 10 + n % 90), '2020-01-01', 'DISTRICT',
        'Kecamatan ' || n, format('34.%s', 10 + n / 90)
    FROM generate_series(0, 4999) AS n
"""


class TestLikePattern:
    @pytest.mark.parametrize(
        ("q", "pattern"),
        [("salatiga", "%salatiga%"), ("50%", "%50\\%%"), ("a_b", "%a\\_b%"), ("a\\b", "%a\\\\b%")],
    )
    def test_takes_signs_of_patterns_as_they_are(self, q, pattern):
        assert like_pattern(q) == pattern


class TestPageShape:
    """Each list of areas is served by an index once the table is too large to scan."""

    @pytest.mark.parametrize(
        ("conditions", "index"),
        [
            ({"level"}, "ix_area_level_code"),
            ({"level", "after"}, "ix_area_level_code"),
            ({"parent"}, "ix_area_parent_code"),
            ({"code"}, "pk_area"),
            ({"q"}, "ix_area_name_trgm"),
            (set(), "pk_area"),
        ],
    )
    async def test_names_conditions_that_an_index_serves(
        self, cluster, registry, registry_db, in_transaction, conditions, index
    ):
        cluster.execute(
            registry_db.rpartition("/")[2], VILLAGES, DISTRICTS, "ANALYZE registry.area"
        )
        statement = page_as_json(page_shape(conditions, 50)).text
        values = {
            "on": "2026-01-01",
            "level": "VILLAGE",
            "parent": "33.73.04",
            "code": "33.73",
            "after": "33",
            "pattern": "%suka%",
            "q": "suka",
        }
        for name, value in values.items():
            statement = statement.replace(f":{name}", f"'{value}'")
        async with in_transaction() as session:
            await session.execute(text("SET LOCAL enable_seqscan = off"))
            off = "enable_indexscan" if "q" in conditions else "enable_sort"
            await session.execute(text(f"SET LOCAL {off} = off"))
            plan = (await session.scalars(text(f"EXPLAIN {statement}"))).all()

        assert index in "\n".join(plan)
