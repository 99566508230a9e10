"""What every machine door does alike: who asks, what may be asked, which version, and one effect a key.

A door's methods read the input, enter the caller's world with `as_caller`, make one call and translate back.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from foundation.documents import content_hash
from foundation.errors import InvalidError, NotFoundError, VersionMissingError
from foundation.machine.fields import Filters, StrictSerializer
from foundation.machine.pagination import KeysetPagination
from foundation.models import User
from foundation.services import answer_key, claim_key

M = TypeVar("M", bound=Model)
Answer = tuple[int, Mapping[str, Any]]
_VERSION = re.compile(r'^(?:W/)?"?(\d{1,9})"?$', re.ASCII)
_KEY = re.compile(r"^[\x21-\x7e]{1,80}$")
_MAX_ROUTE = 120

KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER,
    description="Your name for this request, at most 80 visible ASCII characters. The same key is answered again and "
    "not done again.",
)  # fmt: skip
KEY_NEEDED = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, required=True, description=KEY.description
)
VERSION = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True,
    description="The version you read, as in the ETag of the document.",
)  # fmt: skip


class Door(APIView):
    """An address for machines. A client of our own acts as its person; a supplier's client finds nothing here."""

    http_method_names = ["get", "head", "post", "put"]

    @contextmanager
    def as_caller(self, request: Request) -> Iterator[User]:
        """Enter the caller's world.

        :raises NotFoundError: it is a supplier's, and this door is ours.
        """
        user = caller(request)
        if user.kind == User.Kind.SUPPLIER:
            raise missing()
        yield user

    def page(
        self, request: Request, filters: type[Filters], visible: Callable[[User], QuerySet[M]], output: Any
    ) -> Response:
        """Return one page of what the caller may see, newest first, narrowed by the query string."""
        wanted = filters.read(request)
        with self.as_caller(request) as user:
            pages = KeysetPagination()
            rows = pages.paginate_queryset(visible(user).filter(**wanted), request, view=self)
            return pages.get_paginated_response(output(rows, many=True).data)

    def once(
        self, request: Request, act: Callable[[User], Answer], *, given: str = "", needed: bool = True
    ) -> Response:
        """Do `act` in the caller's world, once for each key of this client at this address (RELIABILITY R2).

        The key is the header's, else `given`, the identity inside the document. Many at once: one works, the others
        wait for it and get its answer. A refusal leaves no trace of the key, so the request may be mended and sent
        again under it.

        :raises InvalidError: there is no key and one is needed, or it cannot be one.
        :raises ConflictError: the key came before with other content.
        """
        key = _key(request, given, needed=needed)
        if not key:
            with transaction.atomic(), self.as_caller(request) as user:
                return _told(*act(user))
        with transaction.atomic():
            claimed = claim_key(
                principal_id=application_of(request), route=_route(request), key=key,
                content=content_hash(request.data), at=now(),
            )  # fmt: skip
            if claimed.status_code is not None:
                return _told(claimed.status_code, claimed.response or {}, replayed=True)
            with self.as_caller(request) as user:
                status, body = act(user)
            body = json.loads(JSONRenderer().render(body))
            answer_key(claimed=claimed, status_code=status, response=body)
        return _told(status, body)


def caller(request: Request) -> User:
    """Return the person whose token it is."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - the permission class has refused anonymous callers
    return user


def application_of(request: Request) -> int:
    """Return the id of the application whose token it is."""
    token: Any = request.auth
    return int(token.application_id)


def now() -> datetime:
    """Return the instant of the request."""
    return timezone.now()  # noqa: TID251 - the porch reads the clock


def missing(what: str = "thing") -> NotFoundError:
    """Return the refusal that a foreign document and one that never was have in common."""
    return NotFoundError("not_found", f"There is no such {what}.")


def found(rows: QuerySet[M], what: str, **names: Any) -> M:
    """Return the one row of these names.

    :raises NotFoundError: there is none among what the caller may see.
    """
    row = rows.filter(**names).first()
    if row is None:
        raise missing(what)
    return row


def named(rows: QuerySet[M], field: str, value: str, what: str, cure: str) -> M:
    """Return the row whose code a document names.

    :raises InvalidError: there is none; says in which field, what was written and what to do.
    """
    row = rows.filter(code=value).first()
    if row is None:
        raise InvalidError(f"{field}_unknown", f"There is no {what} {value}.", field=field, value=value, cure=cure)
    return row


def read(serializer: type[StrictSerializer], request: Request) -> dict[str, Any]:
    """Return the valid body of a request.

    :raises ValidationError: names every faulty member.
    """
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    data: dict[str, Any] = given.validated_data
    return data


def version_of(request: Request) -> int:
    """Return the version the caller has read, from If-Match.

    :raises VersionMissingError: the header is missing or is no version of ours.
    """
    given = request.headers.get("If-Match", "").strip()
    match = _VERSION.match(given)
    if match is None:
        raise VersionMissingError(
            "version_missing", "A change names the version it was made on.", field="If-Match", value=given,
            cure='Read the document, then send its ETag back, such as If-Match: "3".',
        )  # fmt: skip
    return int(match[1])


def shown(output: Serializer[Any]) -> dict[str, Any]:
    """Return a document as it is told; call it inside the caller's world, where its rows may be read."""
    return dict(output.data)


def _told(status: int, body: Mapping[str, Any], *, replayed: bool = False) -> Response:
    response = Response(dict(body), status=status)
    if "version" in body:
        response["ETag"] = f'"{body["version"]}"'
    if replayed:
        response["Idempotency-Replayed"] = "true"
    return response


def told(body: Mapping[str, Any]) -> Response:
    """Answer with a document; its version is the ETag."""
    return _told(200, body)


def _key(request: Request, given: str, *, needed: bool) -> str:
    header = request.headers.get("Idempotency-Key", "")
    key = header or given
    if not key and needed:
        raise InvalidError(
            "idempotency_key_missing", "A request that creates something names itself.", field="Idempotency-Key",
            cure="Send a header Idempotency-Key, such as a UUID, and the same one when you try again.",
        )  # fmt: skip
    if header and not _KEY.match(header):
        raise InvalidError(
            "idempotency_key_invalid", "This cannot be a key.", field="Idempotency-Key", value=header,
            cure="Use 1 to 80 visible ASCII characters, such as a UUID.",
        )  # fmt: skip
    return key


def _route(request: Request) -> str:
    route = f"{request.method} {request.path}"
    if len(route) > _MAX_ROUTE:  # no document of ours has so long a number
        raise missing()
    return route
