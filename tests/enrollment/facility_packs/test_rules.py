import gzip

import pytest

from services.enrollment.facility_packs.rules import packed, tag_of, takes_gzip


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("", False),
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0, *", False),
        ("*", True),
        ("identity", False),
    ],
)
def test_packs_for_who_takes_it(accepted, takes):
    assert takes_gzip(accepted) is takes


def test_packs_the_same_the_same_way():
    body = b'{"classes":[]}' * 40

    assert packed(body) == packed(body)
    assert gzip.decompress(packed(body)) == body
    assert tag_of(body).startswith('W/"')
    assert tag_of(body) != tag_of(body + b" ")
