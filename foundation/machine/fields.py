"""Strict members for machines: a decimal is a string, an unknown name is refused."""

import re
from decimal import Decimal
from typing import Any

from rest_framework import serializers

_NUMBER = re.compile(r"^-?\d{1,12}(\.\d{1,6})?$", re.ASCII)


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
        return format(value.normalize() + 0, "f")


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses members it does not know, so that a misspelt name is not silently dropped."""

    def to_internal_value(self, data: Any) -> Any:
        """Check the names first."""
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({name: ["There is no such member."] for name in unknown})
        return super().to_internal_value(data)
