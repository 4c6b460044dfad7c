"""The errors of the domain: each names a situation, so that a caller can catch it wide or narrow."""


class DomainError(Exception):
    """Something the rules of the service do not allow."""


class IllegalMoveError(DomainError):
    """A state that does not follow the present one was asked for."""

    def __init__(self, state: str, target: str) -> None:
        """Keep both states: they are what an operator needs to see."""
        super().__init__(f"{state} -> {target} is not an allowed move")
        self.state = state
        self.target = target


class NotAllowedError(DomainError):
    """A verb was called on an application that is not in a condition for it."""


class CalendarError(DomainError):
    """The business calendar has no opening within a year: the configuration is wrong."""


class LinkError(DomainError):
    """A signed link cannot be used."""


class LinkExpiredError(LinkError):
    """The link was good once; its time has passed."""


class LinkMalformedError(LinkError):
    """The link was altered, cut off, made for another purpose, or signed with an unknown key."""
