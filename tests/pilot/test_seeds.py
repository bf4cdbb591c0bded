from deploy.pilot.seeds import Seeds

SEEDS = Seeds(seed=1, applicants=2_500, classes=63)


class TestIdOf:
    def test_is_a_valid_uuid7(self):
        made = SEEDS.id_of("participant", 7)

        assert made.version == 7
        assert made.variant == "specified in RFC 4122"

    def test_is_the_same_for_the_same_seed_and_another_for_another(self):
        again = Seeds(seed=1, applicants=2_500, classes=63)
        other = Seeds(seed=2, applicants=2_500, classes=63)
        larger = Seeds(seed=1, applicants=25_000, classes=625)

        ids = {seeds.id_of("participant", 7) for seeds in (SEEDS, again, other, larger)}

        assert len(ids) == 3

    def test_sorts_by_number_and_differs_by_kind(self):
        numbered = [SEEDS.id_of("participant", number) for number in range(100)]

        assert numbered == sorted(numbered)
        assert len(set(numbered)) == 100
        assert SEEDS.id_of("class", 7) != SEEDS.id_of("participant", 7)


class TestKeyOf:
    def test_is_printable_short_and_unique(self):
        keys = {SEEDS.key_of(step, n) for step in ("enroll", "cancel") for n in range(50)}

        assert len(keys) == 100
        assert all(key.isascii() and key.isprintable() and len(key) < 100 for key in keys)


class TestChoicesOf:
    def test_draws_the_same_for_the_same_thing(self):
        draws = [SEEDS.choices_of("person", number).random() for number in (1, 1, 2)]

        assert draws[0] == draws[1] != draws[2]
