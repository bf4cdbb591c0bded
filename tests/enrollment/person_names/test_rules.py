import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.person_names.rules import likeness, name_key


class TestNameKey:
    @pytest.mark.parametrize(
        ("name", "key"),
        [
            ("Siti Rahayu", "siti rahayu"),
            ("  SITI   RAHAYU ", "siti rahayu"),
            ("Moh. Rizki Pratama", "muhammad rizki pratama"),
            ("Muhamad Rizki Pratama, S.Kom.", "muhammad rizki pratama"),
            ("M. Rizki Pratama", "muhammad rizki pratama"),
            ("M", "m"),
            ("Rizki M", "rizki m"),
            ("H. Abd. Rahman", "abdul rahman"),
            ("Abd.Rahman", "abdul rahman"),
            ("Dr. Hj. Nur Aini, S.E., M.M.", "nur aini"),
            ("Hj. Noer Aini SE", "nur aini"),
            ("Ma'ruf Amin", "maruf amin"),
            ("Ma\u2019ruf Amin", "maruf amin"),
            ("Renée Müller", "renee muller"),
            ("Siti-Rahayu", "siti rahayu"),
            # A name that is nothing but a title or a degree is a name.
            ("Raden", "raden"),
            ("Ir. Haji", "ir haji"),
            (", S.E.", "se"),
            ("Sukarno", "sukarno"),
            ("王芳", "王芳"),
        ],
    )
    def test_is_the_same_however_a_name_was_written(self, name, key):
        assert name_key(name) == key

    def test_keeps_people_apart_whose_names_differ_by_a_word(self):
        assert name_key("Budi") != name_key("Budi Santoso")
        assert name_key("Ahmad Muhammad") != name_key("Muhammad Ahmad")

    @given(st.text(min_size=1, max_size=80))
    def test_of_a_key_is_the_key(self, name):
        key = name_key(name)

        assert name_key(key) == key
        assert bool(key) == bool(name.split())


class TestLikeness:
    @pytest.mark.parametrize(
        ("one", "other", "alike"),
        [
            ("Muhammad Rizki Pratama", "Mohamad Rizky Pratama", True),
            ("Abdul Rahman", "Abd. Rachman", True),
            ("Siti Rahayu", "Rahayu Siti", True),
            ("Budi", "Budi Santoso", False),
            ("Siti Rahayu", "Siti Aminah", False),
        ],
    )
    def test_tells_spellings_from_people(self, one, other, alike):
        assert (likeness(name_key(one), name_key(other)) >= 75) is alike
