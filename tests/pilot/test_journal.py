from pathlib import Path

from deploy.pilot.journal import Entry, Journal


def entry(number: int, outcome: str = "SEATED", status: int = 201) -> Entry:
    return Entry("enroll", number, status, outcome, {"id": f"i{number}"})


class TestJournal:
    def test_finds_after_a_restart_what_was_added(self, tmp_path: Path):
        with Journal(tmp_path / "journal.jsonl") as journal:
            journal.add(entry(1))

        with Journal(tmp_path / "journal.jsonl") as again:
            assert again.find("enroll", 1) == entry(1)
            assert again.find("enroll", 2) is None

    def test_survives_half_a_line_at_the_end(self, tmp_path: Path):
        path = tmp_path / "journal.jsonl"
        with Journal(path) as journal:
            journal.add(entry(1))
        path.write_bytes(path.read_bytes() + b'{"step":"enroll","num')

        with Journal(path) as again:
            again.add(entry(2))

        with Journal(path) as third:
            assert [found.number for found in third.of("enroll")] == [1, 2]

    def test_counts_by_outcome_and_tells_refusals_apart(self, tmp_path: Path):
        with Journal(tmp_path / "journal.jsonl") as journal:
            journal.add(entry(1))
            journal.add(entry(2, "class-full", 409))

            assert journal.outcomes("enroll") == {"SEATED": 1, "class-full": 1}
            assert [found.accepted for found in journal.of("enroll")] == [True, False]
