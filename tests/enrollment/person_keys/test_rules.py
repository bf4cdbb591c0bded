from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag

from services.enrollment.identities.rules import NikKey, NikKeys
from services.enrollment.person_keys.rules import open_sealed, seal, unwrap_key, wrap_key

PERSON = UUID("01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11")
OTHER = UUID("01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e12")
NONCE = b"n" * 12
DATA_KEY = b"d" * 32
KEYS = NikKeys(
    current="k1",
    keys={"k0": NikKey(b"o" * 32, b"i" * 32), "k1": NikKey(b"s" * 32, b"i" * 32)},
)


class TestWrapKey:
    def test_is_opened_for_the_person_and_generation_that_it_was_wrapped_for(self):
        wrapped = wrap_key(KEYS, DATA_KEY, participant_id=PERSON, nonce=NONCE)

        assert DATA_KEY not in wrapped.cipher
        assert wrapped.key_id == "k1"
        assert unwrap_key(KEYS, wrapped, participant_id=PERSON) == DATA_KEY
        with pytest.raises(InvalidTag):
            unwrap_key(KEYS, wrapped, participant_id=OTHER)

    def test_stays_readable_when_a_newer_generation_is_current(self):
        wrapped = wrap_key(KEYS, DATA_KEY, participant_id=PERSON, nonce=NONCE)

        newer = NikKeys(current="k0", keys=KEYS.keys)
        assert unwrap_key(newer, wrapped, participant_id=PERSON) == DATA_KEY


class TestSeal:
    @pytest.mark.parametrize(
        ("key", "person", "where"),
        [
            (b"e" * 32, PERSON, "accommodation_need|content|1"),
            (DATA_KEY, OTHER, "accommodation_need|content|1"),
            (DATA_KEY, PERSON, "accommodation_need|content|2"),
        ],
    )
    def test_does_not_open_for_another_key_person_or_place(self, key, person, where):
        place = "accommodation_need|content|1"
        sealed = seal(DATA_KEY, b"kursi roda", participant_id=PERSON, where=place, nonce=NONCE)

        assert b"kursi" not in sealed
        opened = open_sealed(DATA_KEY, sealed, participant_id=PERSON, where=place)
        assert opened == b"kursi roda"
        with pytest.raises(InvalidTag):
            open_sealed(key, sealed, participant_id=person, where=where)
