"""Addresses shown to somebody who may not be their owner: enough to recognise one's own, no more."""


def masked(address: str) -> str:
    """``taro@mail.example.com`` as ``t•••@m•••.com``; what is no address becomes dots."""
    local, at, domain = address.partition("@")
    if not at or not local or not domain:
        return "•••"
    _host, dot, top = domain.rpartition(".")
    return f"{local[0]}•••@{domain[0]}•••{dot}{top}" if dot else f"{local[0]}•••@{domain[0]}•••"
