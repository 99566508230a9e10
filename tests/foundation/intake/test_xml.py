"""XML stops at its limits before it is in memory."""

import pytest

from foundation.errors import InvalidError
from foundation.intake import xml


@pytest.mark.parametrize(
    ("_case", "raw", "code"),
    [
        ("65 levels",        b"<a>" * 65 + b"</a>" * 65, "xml_too_deep"),
        ("a million levels", b"<a>" * 1_000_000, "xml_too_deep"),
        ("too many",         b"<r>" + b"<a/>" * 300_001 + b"</r>", "xml_too_many_elements"),
        ("too large",        b"<r>" + b" " * xml.MAX_BYTES + b"</r>", "xml_too_large"),
        ("billion laughs",   b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>', "xml_forbidden"),
        ("outside entity",   b'<!DOCTYPE l [<!ENTITY x SYSTEM "http://127.0.0.1/">]><l>&x;</l>', "xml_forbidden"),
        ("only a type",      b"<!DOCTYPE l><l/>", "xml_forbidden"),
        ("UTF-16 disguise",  '<!DOCTYPE l [<!ENTITY a "ha">]><l>&a;</l>'.encode("utf-16"), "xml_forbidden"),
        ("unknown encoding", b'<?xml version="1.0" encoding="nonsense"?><l/>', "xml_malformed"),
        ("a comment alone",  b"<!-- -->", "xml_malformed"),
    ],
)  # fmt: skip
def test_document_is_refused(_case: str, raw: bytes, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        xml.parse(raw)

    assert caught.value.code == code


def test_64_levels_are_taken() -> None:
    assert xml.parse(b"<a>" * 64 + b"</a>" * 64).tag == "a"
