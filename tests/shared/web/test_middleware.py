import pytest

from shared.web.middleware import request_id_of

TRACE = "0af7651916cd43dd8448eb211c80319c"


class TestRequestIdOf:
    def test_takes_the_trace_before_the_request_id(self):
        headers = {
            b"traceparent": f"00-{TRACE}-b7ad6b7169203331-01".encode(),
            b"x-request-id": b"mine",
        }

        assert request_id_of(headers) == TRACE

    def test_takes_the_caller_s_request_id(self):
        assert request_id_of({b"x-request-id": b"mine-1"}) == "mine-1"

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {b"x-request-id": b""},
            {b"x-request-id": b"x" * 65},
            {b"x-request-id": b"two words"},
            {b"x-request-id": b'{"a":1}'},
            {b"x-request-id": b"3201020304050607"},
            {b"traceparent": b"00-" + b"0" * 32 + b"-b7ad6b7169203331-01"},
            {b"traceparent": b"nonsense"},
        ],
        ids=repr,
    )
    def test_makes_one_where_there_is_none_to_trust(self, headers):
        made = request_id_of(headers)

        assert len(made) == 32
        assert made != request_id_of(headers)


class TestRequestMiddleware:
    async def test_gives_every_answer_its_request_id(self, bare):
        for path in ("/v1/things/now", "/v1/nothing", "/v1/things/refusals/boom"):
            response = await bare.get(path, headers={"X-Request-ID": "mine-1"})

            assert response.headers.get_list("x-request-id") == ["mine-1"]

    async def test_logs_what_failed_and_not_what_went_well(self, bare, capsys):
        await bare.get("/v1/things/now")
        assert capsys.readouterr().out == ""

        await bare.get("/v1/things/refusals/boom", headers={"X-Request-ID": "mine-1"})
        logged = capsys.readouterr().out
        assert '"route": "/v1/things/refusals/{kind}"' in logged
        assert '"request_id": "mine-1"' in logged

    async def test_logs_what_was_slow(self, bare, capsys, monkeypatch):
        monkeypatch.setattr("shared.web.middleware._SLOW_S", 0.0)

        await bare.get("/v1/things/now")

        assert '"event": "request"' in capsys.readouterr().out

    async def test_logs_no_query_and_no_path_value(self, bare, capsys):
        await bare.get("/v1/things/refusals/boom", params={"q": "3201020304050607"})
        await bare.get("/v1/things/refusals/3201020304050607")

        assert "3201020304050607" not in capsys.readouterr().out
