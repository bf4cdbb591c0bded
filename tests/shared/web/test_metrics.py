import json
import os
import subprocess
import sys
import textwrap

from prometheus_client.parser import text_string_to_metric_families

from shared.web.metrics import UNMATCHED, forget_dead_processes

WRITER = """
    import sys
    from shared.web.metrics import RequestMetrics
    metrics = RequestMetrics("registry")
    for _ in range(int(sys.argv[1])):
        metrics.begin()
        metrics.record("GET", "/v1/things/{id}", 200, 0.02)
        metrics.end()
    metrics.begin()
"""
READER = """
    import os
    from pathlib import Path
    from shared.web.metrics import exposition, forget_dead_processes
    forget_dead_processes(Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]))
    print(exposition().decode())
"""


def run(code: str, folder, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def samples(exposition: str) -> dict[tuple, float]:
    return {
        (sample.name, json.dumps(sample.labels, sort_keys=True)): sample.value
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
    }


def value(found: dict, name: str, **labels: str) -> float | None:
    return found.get((name, json.dumps(labels, sort_keys=True)))


class TestExposition:
    def test_adds_up_the_processes_of_a_service(self, tmp_path):
        run(WRITER, tmp_path, "3")
        run(WRITER, tmp_path, "4")

        found = samples(run(READER, tmp_path))

        series = {"service": "registry", "method": "GET", "route": "/v1/things/{id}"}
        assert value(found, "balai_http_requests_total", **series, status="200") == 7
        assert value(found, "balai_http_request_duration_seconds_count", **series) == 7
        assert value(found, "balai_http_request_duration_seconds_bucket", **series, le="0.01") == 0
        assert value(found, "balai_http_request_duration_seconds_bucket", **series, le="0.025") == 7

    def test_forgets_what_a_dead_process_was_doing_but_not_what_it_did(self, tmp_path):
        run(WRITER, tmp_path, "1")

        found = samples(run(READER, tmp_path))

        assert value(found, "balai_http_requests_in_progress", service="registry") in (None, 0)
        assert any(name == "balai_http_requests_total" for name, _ in found)


class TestForgetDeadProcesses:
    def test_leaves_the_living(self, tmp_path):
        living = tmp_path / f"gauge_livesum_{os.getpid()}.db"
        living.touch()

        forget_dead_processes(tmp_path)

        assert living.exists()


class TestMetricsRoute:
    async def test_counts_by_template_and_never_by_path(self, bare):
        for number in range(3):
            await bare.get(f"/v1/things/refusals/{number}x")
            await bare.get(f"/v1/nothing/{number}")
            await bare.request(f"BREW{number}", "/v1/things/now")

        exposition = (await bare.get("/metrics")).text

        found = samples(exposition)
        assert 'route="/v1/things/refusals/{kind}"' in exposition
        assert "0x" not in exposition
        assert "/v1/nothing" not in exposition
        assert "BREW" not in exposition
        unmatched = {"service": "kernel", "method": "GET", "route": UNMATCHED}
        assert value(found, "balai_http_requests_total", **unmatched, status="404") >= 3

    async def test_needs_no_token(self, bare):
        response = await bare.get("/metrics")

        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/plain")
