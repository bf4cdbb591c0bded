from datetime import UTC, datetime, timedelta

import pytest

from shared.web.denylist import DenyList


class Watch:
    """A clock that is moved, and counts how often it is asked."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "denied"
    path.write_text("j-1\n\n  j-2  \n")
    return path


class TestDenyList:
    def test_holds_the_lines_of_the_file(self, file, clock):
        denied = DenyList(file, clock=clock)

        assert [jti in denied for jti in ("j-1", "j-2", "j-3", "")] == [True, True, False, False]

    def test_is_empty_without_a_file(self, clock):
        assert "j-1" not in DenyList(None, clock=clock)

    def test_reads_a_changed_file_again_but_not_twice_within_a_second(self, file, clock):
        denied = DenyList(file, clock=clock)
        assert "j-9" not in denied
        file.write_text("j-9\n")

        clock.advance(0.9)
        assert "j-9" not in denied
        clock.advance(0.1)
        assert "j-9" in denied
        assert "j-1" not in denied

    def test_reads_an_unchanged_file_once(self, file, clock, monkeypatch):
        denied = DenyList(file, clock=clock)
        assert "j-1" in denied
        monkeypatch.setattr(type(file), "read_text", lambda _: pytest.fail("read again"))

        clock.advance(5)

        assert "j-1" in denied

    def test_keeps_what_was_denied_when_the_file_goes(self, file, clock):
        denied = DenyList(file, clock=clock)
        assert "j-1" in denied
        file.unlink()

        clock.advance(1)
        assert "j-1" in denied

        file.write_text("j-3\n")
        clock.advance(1)
        assert "j-3" in denied

    def test_looks_again_when_the_clock_was_set_back(self, file, clock):
        denied = DenyList(file, clock=clock)
        assert "j-9" not in denied
        file.write_text("j-9\n")

        clock.advance(-3600)

        assert "j-9" in denied
