import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.enrollment.notice_templates.rules import Channel, NoticeKind
from services.enrollment.senders import (
    Letter,
    LetterDelayedError,
    LetterRefusedError,
    SenderAwayError,
    SmtpSecurity,
    SmtpSender,
    SmtpServer,
)
from shared.ids import new_id
from tests.support.mail import MailServer

ADDRESS = "kanari@rahasia.example"


def letter(address: str = ADDRESS) -> Letter:
    return Letter(
        notice_id=new_id(),
        kind=NoticeKind.SEAT,
        channel=Channel.EMAIL,
        address=address,
        subject="Anda mendapat tempat — Kelas",
        text="Yth. Kanari,\n.\nsatu titik\n",
    )


@pytest.fixture
async def mail():
    server = MailServer()
    server.port = await server.start()
    yield server
    await server.stop()


def sender_to(port: int, **changes) -> SmtpSender:
    given = {"security": SmtpSecurity.NONE, "sender": "Balai <balai@balai.test>", "timeout_s": 5.0}
    return SmtpSender(SmtpServer(host="127.0.0.1", port=port, **{**given, **changes}))


async def sent(sender: SmtpSender, *letters: Letter) -> list[str]:
    async with sender.open() as deliver:
        return [await deliver(each) for each in letters]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return the paths of a certificate for 127.0.0.1 and of its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sink")])
    now = datetime.now(UTC)  # noqa: TID251 - TLS looks at the real clock
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, pkcs8, plain))
    return folder / "cert.pem", folder / "key.pem"


class TestSmtpSender:
    async def test_hands_letters_over_on_one_connection(self, mail):
        first, second = letter(), letter()

        references = await sent(sender_to(mail.port), first, second)

        assert references == ["Q1", "Q2"]
        assert mail.connections == 1
        kept = mail.letters[0]
        assert kept["To"] == ADDRESS
        assert kept["From"] == "Balai <balai@balai.test>"
        assert kept["Subject"] == first.subject
        assert kept["Message-ID"] == f"<{first.notice_id}@balai.test>"
        assert kept.get_content_type() == "text/plain"
        assert kept.get_content().replace("\r\n", "\n").strip() == first.text.strip()

    @pytest.mark.parametrize(
        ("told", "answer", "error", "code"),
        [
            (ADDRESS, f"550 no {ADDRESS} here", LetterRefusedError, "smtp-550"),
            (ADDRESS, "451 later", LetterDelayedError, "smtp-451"),
            ("DATA", "554 spam", LetterRefusedError, "smtp-554"),
            ("MAIL", "530 who are you", LetterDelayedError, "smtp-from-530"),
        ],
    )
    async def test_tells_a_refusal_for_good_from_a_delay(self, mail, told, answer, error, code):
        mail.refusals[told] = answer

        async with sender_to(mail.port).open() as deliver:
            with pytest.raises(error) as refused:
                await deliver(letter())
            mail.refusals.clear()
            reference = await deliver(letter("lain@rahasia.example"))

        assert refused.value.code == code
        assert ADDRESS not in str(refused.value)
        assert reference == "Q1"

    @pytest.mark.parametrize(
        "address",
        ["a,b@c.example", "a@b", "<a@b.example>", "a@b.example\r\nBcc: c@d.example", "é@b.example"],
    )
    async def test_sends_nothing_to_what_is_no_address(self, mail, address):
        with pytest.raises(LetterRefusedError, match="address-invalid"):
            await sent(sender_to(mail.port), letter(address))

        assert mail.letters == []

    async def test_a_server_that_hangs_up_takes_no_more_letters(self, mail):
        mail.hang_up_at = "DATA"

        async with sender_to(mail.port).open() as deliver:
            with pytest.raises(LetterDelayedError, match="smtp-disconnected"):
                await deliver(letter())
            with pytest.raises(SenderAwayError):
                await deliver(letter())

    async def test_says_that_nobody_is_there(self, mail):
        await mail.stop()

        with pytest.raises(SenderAwayError, match="smtp-unreachable"):
            await sent(sender_to(mail.port), letter())

    async def test_speaks_tls_with_whom_it_trusts_only(self, certificate):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
        server = MailServer(tls=context)
        port = await server.start()
        try:
            trusting = sender_to(port, security=SmtpSecurity.STARTTLS, ca=certificate[0])
            assert await sent(trusting, letter()) == ["Q1"]
            with pytest.raises(SenderAwayError, match="smtp-unreachable"):
                await sent(sender_to(port, security=SmtpSecurity.STARTTLS), letter())
        finally:
            await server.stop()
        assert len(server.letters) == 1

    async def test_sends_nothing_in_the_clear_when_told_to_protect_it(self, mail):
        with pytest.raises(SenderAwayError, match="smtp-not-supported"):
            await sent(sender_to(mail.port, security=SmtpSecurity.STARTTLS), letter())
        with pytest.raises(SenderAwayError, match="smtp-unreachable"):
            await sent(sender_to(mail.port, security=SmtpSecurity.TLS, timeout_s=1.0), letter())

        assert mail.letters == []
