from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from services.registry.invitations import rules
from services.registry.invitations.rules import ALPHABET, InvitationState, code_of, read_code
from shared.ids import new_id
from shared.scope import Role

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
KEY = b"the server's"


class TestCodes:
    def test_follow_from_the_key_and_the_invitation(self):
        one, other = new_id(), new_id()

        assert code_of(KEY, one) == code_of(KEY, one)
        assert len({code_of(KEY, one), code_of(KEY, other), code_of(b"another", one)}) == 3

    def test_are_short_and_free_of_look_alikes(self):
        code = code_of(KEY, UUID(int=7))

        assert len(code) == 11
        assert code[5] == "-"
        assert not set("01ILO") & set(ALPHABET)
        assert set(code.replace("-", "")) <= set(ALPHABET)

    def test_are_read_as_people_type_them(self):
        code = code_of(KEY, UUID(int=7))
        bare = code.replace("-", "")

        for typed in (code, bare, code.lower(), f" {bare[:3]} {bare[3:]} "):
            assert read_code(typed) == bare

    def test_show_every_single_wrong_letter(self):
        code = read_code(code_of(KEY, UUID(int=7)))
        wrong = [
            code[:place] + letter + code[place + 1 :]
            for place in range(len(code))
            for letter in ALPHABET
            if letter != code[place]
        ]

        assert len(wrong) == 300
        for each in wrong:
            with pytest.raises(rules.CodeMistypedError):
                read_code(each)

    def test_show_every_two_letters_that_were_exchanged(self):
        code = read_code(code_of(KEY, UUID(int=7)))[:9]
        code += ALPHABET[rules._check_letter([ALPHABET.index(each) for each in code])]

        for place, (left, right) in enumerate(pairwise(code[:9])):
            if left != right:
                with pytest.raises(rules.CodeMistypedError):
                    read_code(code[:place] + right + left + code[place + 2 :])

    @pytest.mark.parametrize("typed", ["", "ABC", "A" * 11, "0000000000", "ÄÄÄÄÄÄÄÄÄÄ"])
    def test_refuses_what_no_code_looks_like(self, typed):
        with pytest.raises(rules.CodeMistypedError):
            read_code(typed)

    def test_are_kept_as_a_hash_that_needs_the_key(self):
        code = code_of(KEY, UUID(int=7))

        assert rules.hash_of(KEY, code) == rules.hash_of(KEY, code.lower())
        assert rules.hash_of(KEY, code) != rules.hash_of(b"another", code)
        assert read_code(code) not in rules.hash_of(KEY, code)


class TestLife:
    @pytest.mark.parametrize(
        ("present", "wanted", "possible"),
        [
            ("ISSUED", "CLAIMED", True),
            ("ISSUED", "APPROVED", False),
            ("CLAIMED", "APPROVED", True),
            ("CLAIMED", "REFUSED", True),
            ("CLAIMED", "EXPIRED", False),
            ("ISSUED", "REVOKED", True),
            ("CLAIMED", "REVOKED", True),
            ("APPROVED", "REVOKED", False),
            ("EXPIRED", "CLAIMED", False),
            ("REVOKED", "APPROVED", False),
        ],
    )
    def test_goes_one_way(self, present, wanted, possible):
        states = {"present": InvitationState(present), "wanted": InvitationState(wanted)}
        if possible:
            rules.check_turn(**states)
        else:
            with pytest.raises(rules.InvitationStateRefusedError):
                rules.check_turn(**states)

    def test_ends_by_itself_when_nobody_claims(self):
        for state in InvitationState:
            waiting = state is InvitationState.ISSUED
            at_the_end = rules.state_at(NOW, state=state, expires_at=NOW)

            assert at_the_end is (InvitationState.EXPIRED if waiting else state)
            assert rules.state_at(NOW, state=state, expires_at=NOW + timedelta(seconds=1)) is state

    @pytest.mark.parametrize(
        ("state", "refusal"),
        [
            ("ISSUED", None),
            ("CLAIMED", rules.InvitationUsedError),
            ("APPROVED", rules.InvitationUsedError),
            ("REFUSED", rules.InvitationUsedError),
            ("EXPIRED", rules.InvitationNotFoundError),
            ("REVOKED", rules.InvitationNotFoundError),
        ],
    )
    def test_a_claim_needs_one_that_waits(self, state, refusal):
        if refusal is None:
            rules.check_claim(InvitationState(state))
        else:
            with pytest.raises(refusal):
                rules.check_claim(InvitationState(state))


class TestCheckInvited:
    @pytest.mark.parametrize(
        ("role", "days", "refusal"),
        [
            (Role.FACILITY_OPERATOR, 30, None),
            (Role.INSTRUCTOR, 90, None),
            (Role.REGIONAL_OFFICER, 30, rules.InvitedRoleRefusedError),
            (Role.FACILITY_OPERATOR, 0, rules.InvitationExpiryInvalidError),
            (Role.FACILITY_OPERATOR, 91, rules.InvitationExpiryInvalidError),
        ],
    )
    def test_takes_people_of_one_facility_for_a_while(self, role, days, refusal):
        wanted = {"expires_at": NOW + timedelta(days=days), "now": NOW}
        if refusal is None:
            rules.check_invited(role, **wanted)
        else:
            with pytest.raises(refusal):
                rules.check_invited(role, **wanted)


class TestCheckTries:
    def test_says_when_to_come_back(self):
        since = NOW - timedelta(minutes=50)

        rules.check_tries(rules.TRIES, since=since, now=NOW)
        with pytest.raises(rules.TooManyClaimsError) as refused:
            rules.check_tries(rules.TRIES + 1, since=since, now=NOW)

        assert refused.value.retry_after_s == 600
