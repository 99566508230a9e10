"""The one door for XML: no document types, no entities, limits on size, depth and number of elements (ASVS 1.5.1)."""

from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from foundation.errors import InvalidError

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 64
MAX_ELEMENTS = 300_000  # a bill of ten thousand lines has about as many; memory stays bounded


class _Bounded(TreeBuilder):
    """Builds the tree and stops where a limit is passed, before the rest is in memory."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._count = 0

    def start(self, tag: Any, attrs: Any) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH:
            raise InvalidError("xml_too_deep", f"The document is nested deeper than {MAX_DEPTH} levels.")
        if self._count > MAX_ELEMENTS:
            raise InvalidError("xml_too_many_elements", f"The document has more than {MAX_ELEMENTS} elements.")
        return super().start(tag, attrs)

    def end(self, tag: Any) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse(raw: bytes) -> Element:
    """Return the root element.

    :raises InvalidError: too large, too deep, not well-formed, or it declares a document type or entities.
    """
    if len(raw) > MAX_BYTES:
        raise InvalidError("xml_too_large", f"The document is larger than {MAX_BYTES} bytes.")
    parser = DefusedXMLParser(target=_Bounded(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(raw)
        root = parser.close()
    except DefusedXmlException as error:
        raise InvalidError(
            "xml_forbidden", "The document declares a document type or entities, which we refuse."
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise InvalidError("xml_malformed", f"The document is not well-formed XML: {error}.") from error
    if not isinstance(root, Element):
        raise InvalidError("xml_malformed", "The document has no root element.")
    return root
