import pytest

from deploy.pilot.command import run
from deploy.problems import CommandError


class TestRun:
    def test_refuses_to_play_among_real_people(self, monkeypatch):
        monkeypatch.setenv("BALAI_MODE", "PRODUCTION")

        with pytest.raises(CommandError, match="made-up people"):
            run()
