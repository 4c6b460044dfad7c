"""Ports that nobody listens on now, for copies that run beside others."""

import contextlib
import random
import socket


def free_ports(count: int) -> list[int]:
    """So many free ports in a row (Azurite takes three), from the range that systems leave to programs."""
    while True:
        first = random.randrange(20_000, 30_000)
        row = list(range(first, first + count))
        try:
            with contextlib.ExitStack() as stack:
                for port in row:
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
        except OSError:
            continue
        return row
