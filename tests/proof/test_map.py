"""The map face, read by GDAL: what it reads, QGIS reads."""

import csv
import io
import re


def ogr_address(balai) -> str:
    return f"OAPIF:{balai.url}/registry/ogc"


def layers_of(said: str) -> dict[str, int]:
    """Return the layers that ogrinfo found, each with its number of features."""
    names = re.findall(r"^Layer name: (\w+)$", said, re.MULTILINE)
    counts = re.findall(r"^Feature Count: (\d+)$", said, re.MULTILINE)
    return dict(zip(names, map(int, counts), strict=True))


def items(balai, collection: str, headers=None) -> dict:
    return balai.get(f"/registry/ogc/collections/{collection}/items?limit=5000", headers).json()


def test_ogrinfo_reads_all_of_it(balai, stranger):
    said = stranger("ogrinfo", "-ro", "-al", "-so", ogr_address(balai))

    assert layers_of(said) == {
        name: items(balai, name)["numberMatched"] for name in ("facilities", "spaces")
    }
    assert min(layers_of(said).values()) > 0
    assert "Geometry: Point" in said
    assert "facility_kind: String" in said


def test_ogr2ogr_follows_every_page_and_filters(balai, stranger):
    features = items(balai, "facilities")["features"]
    province = features[0]["properties"]["province_code"]
    said = stranger(
        "ogr2ogr", "-f", "CSV", "/vsistdout/", ogr_address(balai), "facilities",
        "-oo", "PAGE_SIZE=2", "-where", f"province_code='{province}'",
    )  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(said)))

    assert {row["code"] for row in rows} == {
        feature["properties"]["code"]
        for feature in features
        if feature["properties"]["province_code"] == province
    }


def test_a_box_leaves_out_what_lies_beside_it(balai, stranger):
    longitude, latitude = items(balai, "facilities")["features"][0]["geometry"]["coordinates"]
    box = [longitude - 0.01, latitude - 0.01, longitude + 0.01, latitude + 0.01]
    said = stranger(
        "ogrinfo", "-ro", "-so", "-spat", *map(str, box), ogr_address(balai), "facilities"
    )

    inside = balai.get(
        f"/registry/ogc/collections/facilities/items?bbox={','.join(map(str, box))}"
    ).json()
    assert layers_of(said) == {"facilities": inside["numberMatched"]}
    assert 0 < inside["numberMatched"] < items(balai, "facilities")["numberMatched"]
