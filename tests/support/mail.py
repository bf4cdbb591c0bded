"""A mail server that keeps what it is given, and refuses what it was told to."""

import asyncio
import ssl
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


@dataclass
class MailServer:
    """Speaks as much SMTP as a client of ours does, in the clear or after STARTTLS.

    `refusals` are answers by the first word of a command, or by recipient; `hang_up_at` is the
    command at which it closes the connection.
    """

    tls: ssl.SSLContext | None = None
    refusals: dict[str, str] = field(default_factory=dict)
    hang_up_at: str | None = None
    letters: list[EmailMessage] = field(default_factory=list)
    connections: int = 0

    async def start(self) -> int:
        """Listen on a free port of this machine, and return it."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            writer.write(b"220 sink\r\n")
            while line := await reader.readline():
                command = line.decode().strip()
                word = command.split(" ")[0].upper()
                if word == self.hang_up_at:
                    break
                writer.write(f"{await self._answer(word, command, reader, writer)}\r\n".encode())
                if word == "QUIT":
                    break
                if word == "STARTTLS" and self.tls is not None:
                    await writer.drain()
                    await writer.start_tls(self.tls)
            await writer.drain()
        finally:
            writer.close()

    async def _answer(self, word, command, reader, writer) -> str:
        for told, answer in self.refusals.items():
            if told == word or told in command:
                return answer
        if word == "EHLO":
            return "250-sink\r\n250 STARTTLS" if self.tls is not None else "250 sink"
        if word != "DATA":
            return {"QUIT": "221 bye", "STARTTLS": "220 go on"}.get(word, "250 well")
        writer.write(b"354 go on\r\n")
        content = await reader.readuntil(b"\r\n.\r\n")
        unstuffed = content[:-3].replace(b"\r\n..", b"\r\n.")
        self.letters.append(message_from_bytes(unstuffed, policy=default))
        return f"250 2.0.0 Ok: queued as Q{len(self.letters)}"
