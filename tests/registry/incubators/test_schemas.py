import pytest
from pydantic import TypeAdapter, ValidationError

from services.registry.incubators.schemas import BusinessRef
from shared.ids import new_id

REFERENCES = TypeAdapter(BusinessRef)
NIK = "3373040101900001"
# Half of it is sixteen digits.
ID = "01a20284-0c23-7abc-9234-567890123456"


class TestBusinessRef:
    @pytest.mark.parametrize(
        "reference",
        [
            "usaha-0001",
            "123456789012345",
            ID,
            ID.replace("-", ""),
            ID.replace("-", "").upper(),
            f"urn:uuid:{ID}",
            f"usaha_{ID.replace('-', '')}.1",
        ],
    )
    def test_may_be_an_id(self, reference):
        assert REFERENCES.validate_python(reference) == reference

    def test_may_be_any_id_of_ours(self):
        references = [f"usaha-{new_id().hex}" for _ in range(2000)]

        assert [REFERENCES.validate_python(each) for each in references] == references

    @pytest.mark.parametrize(
        "reference",
        [
            NIK,
            f"usaha-{NIK}",
            f"usaha{NIK}x",
            f"{NIK}1",
            NIK * 2,
            f"{NIK}{'f' * 15}",
            f"{NIK}{'f' * 17}",
            f"{ID.replace('-', '')}-{NIK}",
            f"{NIK}:{ID.replace('-', '')}",
        ],
    )
    def test_holds_no_nik(self, reference):
        with pytest.raises(ValidationError, match="NIK"):
            REFERENCES.validate_python(reference)
