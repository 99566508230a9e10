"""Refusals we anticipate. Codes are public and never renamed; config/errors.py alone maps them to HTTP."""

from typing import Any

from foundation.verdict import Verdict


class DomainError(Exception):
    """An anticipated refusal: a stable `code`, a sentence for people, and details for machines.

    `details` may hold `field` (the input to mend), `value` (what was given) and `cure` (what to do).
    """

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details


class NotPermittedError(DomainError):
    """The person may not do this; the message says which duty at which site is missing."""


class NotFoundError(DomainError):
    """There is no such thing, or it belongs to somebody else: the two must look the same."""


class StaleError(DomainError):
    """The document changed since it was opened; details say who changed it and when."""


class ConflictError(DomainError):
    """The request contradicts what is already recorded, such as one key with two contents."""


class InvalidError(DomainError):
    """Input that cannot be accepted; details name the field, the value and the cure."""


class VersionMissingError(InvalidError):
    """A machine asks for a change and does not say on which version it was made."""


def require(verdict: Verdict) -> None:
    """Turn a refusing verdict into an error.

    :raises NotPermittedError: the verdict refuses.
    """
    if not verdict:
        raise NotPermittedError(verdict.code, verdict.reason)
