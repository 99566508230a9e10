from typing import Any

from rest_framework import exceptions
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from foundation.errors import InvalidError

MAX_DIGITS = 18


class KeysetPagination(CursorPagination):
    """Pages by position, newest first, with no count: the same cost at row 50 and at row 5,000,000."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    cursor_query_description = "Where the page begins: from `next` or `previous` of another page."
    page_size_query_description = "Rows of a page, 1 to 200; 50 unless given."

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Read the position.

        :raises InvalidError: it is none of ours.
        """
        try:
            cursor = super().decode_cursor(request)
        except exceptions.NotFound:
            raise self._invalid(request) from None
        position = str(cursor.position) if cursor and cursor.position is not None else "0"
        if not (position.isascii() and position.isdigit() and len(position) <= MAX_DIGITS):
            raise self._invalid(request)
        return cursor

    def _invalid(self, request: Request) -> InvalidError:
        return InvalidError(
            "cursor_invalid", "This is no position in a list.", field="cursor",
            value=request.query_params.get("cursor", ""),
            cure="Follow `next` of a page as it stands, or begin again without a cursor.",
        )  # fmt: skip

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Say nothing: every list's own filters name cursor and page size."""
        del view
        return []
