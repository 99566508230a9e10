"""The machine door for messages: the bytes are stored, then 202; the verdict is asked for later."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.errors import InvalidError
from foundation.machine.door import Door, caller, missing, now
from integration.models import Connection, InboxMessage
from integration.services import receive_message
from integration.services.receive_message import MAX_BYTES


class AnyBytes(BaseParser):
    """Take the body as it is; a message is stored before it is read."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:  # noqa: ARG002 - DRF's signature
        """Return the bytes."""
        return bytes(stream.read(MAX_BYTES + 1))


class MessageSerializer(serializers.ModelSerializer[InboxMessage]):
    """What became of a message."""

    class Meta:
        model = InboxMessage
        fields = [
            "id",
            "external_id",
            "status",
            "body_sha256",
            "received_at",
            "document_type",
            "document_number",
            "effect",
        ]
        read_only_fields = fields


def _connection(request: Request, code: str) -> Connection:
    """Return a connection the caller's application is named for; any other looks missing."""
    connection = Connection.objects.select_related("supplier").filter(code=code, direction="in").first()
    application = getattr(request.auth, "application", None)
    if connection is None or application is None or connection.profile.get("application") != application.client_id:
        raise missing("connection")
    return connection


class Messages(Door):
    """Send a message."""

    parser_classes = [AnyBytes]
    write_scopes = ["messages"]

    @extend_schema(request=OpenApiTypes.BINARY, responses={202: MessageSerializer})
    def post(self, request: Request, code: str) -> Response:
        """Store a message; `Idempotency-Key` or `webhook-id` names it, else its hash does."""
        connection = _connection(request, code)
        identity = request.headers.get("Idempotency-Key") or request.headers.get("webhook-id") or ""
        if not isinstance(request.data, bytes):
            raise InvalidError("message_size", "Send the message as the body.", field="body")
        message = receive_message(
            connection=connection, external_id=identity, raw=request.data, content_type=request.content_type or "",
            actor=caller(request), at=now(),
        )  # fmt: skip
        return Response(MessageSerializer(message).data, status=202)


class MessageVerdict(Door):
    """Ask what became of a message."""

    read_scopes = ["messages"]

    @extend_schema(responses=MessageSerializer)
    def get(self, request: Request, code: str, message_id: int) -> Response:
        """Return status, effect and faults."""
        message = InboxMessage.objects.filter(connection=_connection(request, code), pk=message_id).first()
        if message is None:
            raise missing("message")
        return Response(MessageSerializer(message).data)
