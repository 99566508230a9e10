"""The one JSON door: what the strict parser refuses never reaches a serializer."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from foundation.errors import InvalidError
from foundation.intake import strict_json


class StrictJSONParser(BaseParser):
    """Parse JSON within limits of size and depth, with no duplicate keys, NUL, lone surrogates or floats."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # noqa: ARG002 - DRF's signature
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002 - DRF's signature
    ) -> Any:
        """Return the document; decimals as Decimal.

        :raises ParseError: says what is wrong and where.
        """
        try:
            return strict_json.loads(stream.read(strict_json.MAX_BYTES + 1))
        except InvalidError as error:
            raise ParseError({"code": error.code, "message": error.message}) from error
