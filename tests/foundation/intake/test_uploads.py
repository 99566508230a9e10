"""Uploads: a short list of kinds, content that is what the name says, names of our own."""

import re
import struct

import pytest

from foundation.errors import InvalidError
from foundation.intake.uploads import check

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF"


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x02\x00\x00\x00"


def jpeg(width: int, height: int) -> bytes:
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"\x01\x22\x00" * 3
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 9 + b"\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("bill.pdf", PDF, "pdf"),
        ("photo.PNG", png(800, 600), "png"),
        ("photo.jpeg", jpeg(800, 600), "jpg"),
        ("lines.csv", b"code,name\nA,B\n", "csv"),
        ("bill.xml", b"<a/>", "xml"),
    ],
)
def test_file_passes_under_a_name_of_ours(name: str, content: bytes, kind: str) -> None:
    upload = check(name, content)

    assert (upload.kind, upload.shown_name, upload.content) == (kind, name, content)
    assert re.fullmatch(rf"[0-9a-f]{{32}}\.{kind}", upload.stored_name)


@pytest.mark.parametrize(
    ("_case", "name", "content", "code"),
    [
        ("a program",               "bill.exe", b"MZ", "upload_kind"),
        ("no extension",            "bill", PDF, "upload_kind"),
        ("two extensions",          "bill.pdf.exe", PDF, "upload_kind"),
        ("a page",                  "bill.html", b"<script>", "upload_kind"),
        ("an SVG",                  "bill.svg", b"<svg/>", "upload_kind"),
        ("nothing",                 "bill.pdf", b"", "upload_size"),
        ("a page named PDF",        "bill.pdf", b"<html>", "upload_content"),
        ("a PDF named PNG",         "bill.png", PDF, "upload_content"),
        ("a PDF with a script",     "bill.pdf", PDF + b"/JavaScript(app.alert(1))", "upload_active_pdf"),
        ("a script, disguised",     "bill.pdf", PDF + b"/J#61vaScript(app.alert(1))", "upload_active_pdf"),
        ("a PDF that starts things", "bill.pdf", PDF + b"/Launch<</F(x)>>", "upload_active_pdf"),
        ("an image bomb",           "photo.png", png(100_000, 100_000), "upload_pixels"),
        ("a JPEG bomb",             "photo.jpg", jpeg(60_000, 60_000), "upload_pixels"),
        ("a damaged JPEG",          "photo.jpg", b"\xff\xd8\xff\xe0\x00\x00", "upload_content"),
        ("XML with entities",       "bill.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml_forbidden"),
        ("a table with NUL",        "lines.csv", b"a,b\n\x00,1", "csv_binary"),
    ],
)  # fmt: skip
def test_file_is_refused(_case: str, name: str, content: bytes, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        check(name, content)

    assert caught.value.code == code


def test_kinds_can_be_narrowed() -> None:
    with pytest.raises(InvalidError) as caught:
        check("bill.pdf", PDF, kinds=frozenset({"xml"}))

    assert caught.value.code == "upload_kind"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\bills\\march.pdf", "march.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_name_it_came_with_is_only_shown(sent: str, shown: str) -> None:
    assert check(sent, PDF).shown_name == shown
