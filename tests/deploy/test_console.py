"""The terminal shows what matters, the files keep everything."""

import pytest

from deploy.embedded import console as module
from deploy.embedded.console import Log


@pytest.fixture
def log(tmp_path, terminal) -> Log:
    return Log(tmp_path, "registry", terminal, b"worker-started")


class TestLog:
    def test_keeps_every_line_in_the_file(self, log):
        log.take(b'{"level": "info", "event": "request"}\n{"lev')
        log.take(b'el": "info"}\n')

        assert log.path.read_bytes().count(b"\n") == 2

    @pytest.mark.parametrize(
        "line",
        [
            b'{"level":"error","msg":"no upstream"}',
            b"2026-11-22 UTC [7] PANIC:  could not write to file",
            b"ModuleNotFoundError: No module named 'x'",
        ],
    )
    def test_shows_a_line_that_matters_under_the_name_of_its_process(self, log, terminal, line):
        log.take(b'{"level": "info"}\n' + line + b"\n")

        assert terminal.lines == [f"{'registry':<17} | {line.decode()}"]

    def test_does_not_show_that_an_idle_connection_was_closed(self, log, terminal):
        log.take(b"FATAL:  terminating connection due to idle-session timeout\n")

        assert terminal.lines == []

    def test_shows_our_own_lines_as_a_person_reads_them(self, log, terminal):
        log.take(
            b'{"module": "shared.jobs.reader", "source": "registry", "event": "feed-stalled",'
            b' "level": "warning", "timestamp": "2026-11-22T04:14:11Z", "service": "x",'
            b' "exception": "Traceback:\\n  File 1\\nRegistryUnavailableError: gone"}\n'
        )

        assert terminal.lines[0].endswith(
            "| warning: feed-stalled source=registry RegistryUnavailableError: gone"
        )

    def test_shows_everything_to_who_asks_for_it(self, log, terminal):
        terminal.verbose = True

        log.take(b'{"level": "info"}\n')

        assert len(terminal.lines) == 1

    def test_hears_its_phrase_also_when_it_comes_in_two_parts(self, log):
        log.take(b'{"event": "worker-')
        assert not log.heard

        log.take(b'started"}\n')

        assert log.heard

    def test_keeps_the_last_lines_for_a_problem(self, log):
        log.take(b"".join(b"line %d\n" % number for number in range(100)))
        log.take(b"and no more")

        told = log.last_lines().splitlines()

        assert told[0] == "  line 84"
        assert told[-1] == "  and no more"

    def test_begins_a_new_file_when_the_old_one_is_large(self, log, monkeypatch):
        monkeypatch.setattr(module, "_FILE_LIMIT", 10)

        for _ in range(3):
            log.take(b"0123456789ab\n")

        assert log.path.read_bytes() == b"0123456789ab\n"
        assert log.path.with_suffix(".log.1").exists()

    def test_goes_on_when_the_disk_has_no_room(self, log, terminal):
        log.path.mkdir()

        log.take(b'{"level": "error"}\n')

        assert len(terminal.lines) == 1


class TestTerminal:
    def test_is_silent_once_its_reader_has_gone(self, monkeypatch):
        terminal = module.Terminal(verbose=False)

        def gone(_):
            raise BrokenPipeError

        monkeypatch.setattr(terminal._console, "print", gone)

        terminal.say("one")
        terminal.say("two")
