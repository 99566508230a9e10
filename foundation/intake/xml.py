"""The one door for XML: no document types, no entities, limits on size and depth (ASVS 1.5.1)."""

from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from foundation.errors import InvalidError

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 64


def parse(raw: bytes) -> Element:
    """Return the root element.

    :raises InvalidError: too large, too deep, not well-formed, or it declares a document type or entities.
    """
    if len(raw) > MAX_BYTES:
        raise InvalidError("xml_too_large", f"The document is larger than {MAX_BYTES} bytes.")
    try:
        root = ElementTree.fromstring(raw, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise InvalidError(
            "xml_forbidden", "The document declares a document type or entities, which we refuse."
        ) from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise InvalidError("xml_malformed", f"The document is not well-formed XML: {error}.") from error
    _refuse_deep(root)
    return root


def _refuse_deep(root: Element) -> None:
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return
    raise InvalidError("xml_too_deep", f"The document is nested deeper than {MAX_DEPTH} levels.")
