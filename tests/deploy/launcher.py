"""A launcher for the tests of guards: starts one stubborn child, says its number, and waits.

    python launcher.py [guard-only]

With `guard-only` the kernel is not asked to end the child with its parent, as on macOS.
"""

import asyncio
import sys

from deploy.embedded import children
from deploy.embedded.children import Leash, Program, spawn

# Ignores the polite signals, has a child of its own, and says when it is set.
STUBBORN = """
import os, signal, sys
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
other = os.fork()
if other:
    print("set", os.getpid(), other, flush=True)
signal.pause()
"""


async def main() -> None:
    if "guard-only" in sys.argv:
        children._die_with_parent = lambda _: None
    program = Program("stubborn", [sys.executable, "-c", STUBBORN], {"PATH": "/bin"})
    leash = Leash()
    child = await spawn(program, leash)
    sys.stdout.write((await child.output.readline()).decode())
    sys.stdout.flush()
    await child.process.wait()


asyncio.run(main())
