import pytest

from deploy.pilot.rush import PromiseBrokenError, check_same
from deploy.pilot.wire import Answer

SEATED = Answer(201, {}, b'{"state":"SEATED"}')
FULL = Answer(409, {}, b'{"code":"class-full","request_id":"1"}')


class TestCheckSame:
    def test_is_content_with_the_same_bytes(self):
        check_same(SEATED, SEATED._replace(headers={"idempotency-replayed": "true"}))

    def test_is_content_with_two_refusals(self):
        check_same(FULL, FULL._replace(body=b'{"code":"class-full","request_id":"2"}'))

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (SEATED, SEATED._replace(body=b'{"state":"WAITLISTED"}')),
            (SEATED, FULL),
            (FULL, SEATED),
        ],
    )
    def test_breaks_when_what_was_accepted_is_answered_otherwise(self, first, second):
        with pytest.raises(PromiseBrokenError):
            check_same(first, second)
