import json
import logging
import subprocess
import sys
import textwrap

from shared.logging import bind_request, current_request_id, mask_niks, unbind_request

NIK = "3201020304050607"


def logged(code: str) -> list[dict]:
    """Return the lines that a fresh process logs."""
    program = f"""
from shared.logging import bind_request, configure_logging, get_logger
import logging
log = get_logger("test")
configure_logging("registry")
{textwrap.dedent(code)}
"""
    run = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert run.stderr == ""
    return [json.loads(line) for line in run.stdout.splitlines()]


class TestMaskNiks:
    def test_blots_out_sixteen_digits(self):
        assert mask_niks(f"nik={NIK}.") == f"nik={'*' * 16}."

    def test_leaves_other_numbers(self):
        assert mask_niks(f"{NIK}1 081234567890 2026-11-22") == f"{NIK}1 081234567890 2026-11-22"

    def test_leaves_ids_that_half_look_like_one(self):
        ids = f"01a202840c237abc{NIK} 01a20284-0c23-7abc-9234-567890123456"

        assert mask_niks(ids) == ids
        assert mask_niks(f"{ids}/{NIK}") == f"{ids}/{'*' * 16}"

    def test_takes_nothing_else_for_an_id(self):
        assert mask_niks(f"{'a' * 15}{NIK}") == f"{'a' * 15}{'*' * 16}"
        assert mask_niks(f"{'a' * 48}{NIK}") == f"{'a' * 48}{'*' * 16}"


class TestLogs:
    def test_are_json_with_service_module_and_request(self):
        (line,) = logged('bind_request("r-1"); log.info("seated", class_id="c")')

        assert line["event"] == "seated"
        assert line["service"] == "registry"
        assert line["module"] == "test"
        assert line["request_id"] == "r-1"
        assert line["level"] == "info"
        assert line["class_id"] == "c"

    def test_hold_no_nik_wherever_it_stands(self):
        lines = logged(
            f"""
            log.info("got {NIK}", nik={NIK}, deep={{"a": ["{NIK}", {{"{NIK}": 1}}]}}, raw=b"{NIK}")
            logging.getLogger("library").warning("seen %s", "{NIK}")
            try:
                raise ValueError("bad {NIK}")
            except ValueError:
                log.exception("failed")
                logging.getLogger("library").exception("failed")
            """
        )

        assert len(lines) == 4
        assert NIK not in json.dumps(lines)

    def test_show_no_local_variables_of_a_traceback(self):
        (line,) = logged(
            """
            def fail(token):
                raise ValueError("bad")
            try:
                fail("topsecret")
            except ValueError:
                log.exception("failed")
            """
        )

        assert "ValueError: bad" in line["exception"]
        # The line of code itself is shown; what the variable held is not.
        assert line["exception"].count("topsecret") == 0

    def test_leave_out_what_is_below_the_level(self):
        assert logged('log.debug("x"); logging.getLogger("library").debug("x")') == []

    def test_never_name_a_library_as_ours(self):
        (line,) = logged('logging.getLogger("library").warning("x")')

        assert line["logger"] == "library"
        assert logging.getLogger("library").name == "library"


class TestBindRequest:
    def test_is_undone(self):
        token = bind_request("r-1")
        assert current_request_id() == "r-1"

        unbind_request(token)

        assert current_request_id() is None

    def test_hold_no_row_that_the_database_told_of(self):
        (line,) = logged(
            """
            try:
                try:
                    raise ValueError("violates check\\nDETAIL:  Failing row (a, Kanari\\nX).")
                except ValueError as error:
                    raise RuntimeError(f"{error}\\n[SQL: INSERT INTO t]") from error
            except RuntimeError:
                log.exception("failed")
            """
        )

        assert "Kanari" not in line["exception"]
        assert "violates check" in line["exception"]
        assert "[SQL: INSERT INTO t]" in line["exception"]
