"""Strict members for machines: a decimal is a string, an unknown name is refused."""

import re
from decimal import Decimal
from typing import Any, ClassVar

from babel.numbers import list_currencies
from rest_framework import serializers
from rest_framework.request import Request

from foundation.quantity import plain

_NUMBER = re.compile(r"^-?\d{1,12}(\.\d{1,6})?$", re.ASCII)
MAX_CURSOR = 200


class NumberField(serializers.Field[Decimal, str, str, Any]):
    """A decimal as a string: `"1250.50"`. Numbers without quotes, exponents and other scripts' digits are refused."""

    default_error_messages = {"invalid": 'Write a string such as "1250.50", at most 12 digits and 6 decimals.'}

    def to_internal_value(self, data: Any) -> Decimal:
        """Read the string exactly."""
        if not isinstance(data, str) or not _NUMBER.match(data):
            self.fail("invalid")
        return Decimal(data)

    def to_representation(self, value: Decimal) -> str:
        """Write it without needless zeros."""
        return plain(value)


class TextField(serializers.CharField):
    """A text; a number is not taken for one."""

    default_error_messages = {"invalid": "Write a text in quotes."}

    def to_internal_value(self, data: Any) -> str:
        """Refuse what is no string."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class CurrencyField(TextField):
    """A currency by its code of ISO 4217."""

    default_error_messages = {"currency_unknown": "This is no currency; write its code of ISO 4217, such as GBP."}

    def to_internal_value(self, data: Any) -> str:
        """Refuse what no country pays in."""
        code = super().to_internal_value(data)
        if code not in list_currencies():
            self.fail("currency_unknown")
        return code


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses members it does not know, so that a misspelt name is not silently dropped."""

    def to_internal_value(self, data: Any) -> Any:
        """Check the names first."""
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(
                    {
                        name[:60]: [serializers.ErrorDetail("There is no such member.", "unknown_member")]
                        for name in unknown[:20]
                    }
                )
        return super().to_internal_value(data)


class Filters(StrictSerializer):
    """What a list may be narrowed to. `lookups` maps each parameter to the field it compares."""

    lookups: ClassVar[dict[str, str]] = {}

    cursor = serializers.CharField(max_length=MAX_CURSOR, required=False, help_text="from `next` of the page before")
    page_size = serializers.IntegerField(min_value=1, max_value=200, required=False, help_text="50 unless given")

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        """Return field lookups.

        :raises ValidationError: a parameter nobody knows, or a value it cannot have.
        """
        given = cls(data=request.query_params.dict())
        given.is_valid(raise_exception=True)
        return {cls.lookups[name]: value for name, value in given.validated_data.items() if name in cls.lookups}
