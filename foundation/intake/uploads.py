"""Files people and partners send: a short list of kinds, and content that is what its name says (ASVS 5.2).

A file is never stored under the name it came with and never shown inside a page.
"""

import re
import uuid
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath

from foundation.errors import InvalidError
from foundation.intake import csv, xlsx, xml

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_NAME = 120
CONTENT_TYPES = {
    "pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "csv": "text/csv", "xml": "application/xml",
    "xlsx": xlsx.CONTENT_TYPE, "json": "application/json",
}  # fmt: skip
ATTACHED = frozenset({"pdf", "png", "jpg", "csv", "xml"})  # what a document may carry; the others are only read
_ALIASES = {"jpeg": "jpg"}
_MAGIC = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "xlsx": b"PK\x03\x04"}
# Names that make a PDF act when it is opened; each may be written with #xx for any letter.
_ACTIVE_PDF = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/EmbeddedFiles", b"/RichMedia", b"/XFA")
_PDF_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_PDF_NAME = re.compile(rb"/[^\x00-\x20()<>\[\]{}/%]+")
_PNG_HEADER = 24
# JPEG markers of frames that state the size; C4, C8 and CC are tables.
_JPEG_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_ALONE = {0x01, *range(0xD0, 0xD9)}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that passed: `stored_name` is ours and says nothing, `shown_name` is for people."""

    kind: str
    content_type: str
    stored_name: str
    shown_name: str
    content: bytes
    sha256: str


def check(name: str, content: bytes, *, kinds: frozenset[str] = ATTACHED) -> Upload:
    """Return the file when its kind is allowed and its content agrees with its name.

    :raises InvalidError: empty, too large, of another kind, active content in a PDF, an image beyond the pixel limit, a
        table or XML that cannot be read safely.
    """
    shown = _shown(name)
    extension = PurePosixPath(shown).suffix.lower().lstrip(".")
    kind = _ALIASES.get(extension, extension)
    if kind not in kinds:
        allowed = ", ".join(sorted(kinds)).upper()
        raise InvalidError("upload_kind", f"{shown} is not one of {allowed}.", field="file", value=extension[:20])
    if not content or len(content) > MAX_BYTES:
        raise InvalidError(
            "upload_size",
            f"A file has 1 byte to {MAX_BYTES // 1024 // 1024} MiB.",
            field="file",
            value=str(len(content)),
        )
    magic = _MAGIC.get(kind)
    if magic is not None and not content.startswith(magic):
        raise InvalidError(
            "upload_content", f"{shown} is not a {kind.upper()} file, whatever its name says.", field="file"
        )
    _CHECKS[kind](content)
    stored = f"{uuid.uuid4().hex}.{kind}"
    return Upload(kind, CONTENT_TYPES[kind], stored, shown, content, sha256(content).hexdigest())


def _shown(name: str) -> str:
    last = re.split(r"[\\/]", name)[-1]
    clean = "".join(char for char in last if char.isprintable()).strip(" .")
    stem, dot, extension = clean.rpartition(".")
    return f"{stem[: MAX_NAME - len(extension) - 1]}{dot}{extension}"[:MAX_NAME] or "file"


def _check_pdf(content: bytes) -> None:
    """Refuse what acts on opening. Names inside compressed streams are not seen: files are only ever downloaded."""
    for found in _PDF_NAME.finditer(content):
        name = _PDF_ESCAPE.sub(lambda m: bytes([int(m.group(1), 16)]), found.group())
        if name in _ACTIVE_PDF:
            raise InvalidError(
                "upload_active_pdf", f"The PDF holds active content ({name.decode('ascii')}). Print it to a new PDF first.",
                field="file",
            )  # fmt: skip


def _check_png(content: bytes) -> None:
    if len(content) < _PNG_HEADER or content[12:16] != b"IHDR":
        raise InvalidError("upload_content", "The PNG file is damaged.", field="file")
    _require_pixels(int.from_bytes(content[16:20]), int.from_bytes(content[20:24]))


def _check_jpeg(content: bytes) -> None:
    """Walk the segments up to the frame header, which states the size."""
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:  # noqa: PLR2004 - every marker starts with it
        marker = content[at + 1]
        if marker == 0xFF or marker in _JPEG_ALONE:  # noqa: PLR2004 - fill byte
            at += 1 if marker == 0xFF else 2  # noqa: PLR2004 - a marker is two bytes, a filler one
        elif marker in _JPEG_FRAMES:
            _require_pixels(int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7]))
            return
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4])
    raise InvalidError("upload_content", "The JPEG file is damaged.", field="file")


def _require_pixels(width: int, height: int) -> None:
    if not 0 < width * height <= MAX_PIXELS:
        raise InvalidError(
            "upload_pixels", f"The image has {width} x {height} pixels; at most {MAX_PIXELS} are taken.", field="file"
        )


def _check_csv(content: bytes) -> None:
    csv.read(content)


def _read_later(_content: bytes) -> None:
    """Leave the judging to the one who reads it: nothing else is done with such a file."""


def _check_xml(content: bytes) -> None:
    xml.parse(content)


_CHECKS = {
    "pdf": _check_pdf, "png": _check_png, "jpg": _check_jpeg, "csv": _check_csv, "xml": _check_xml,
    "xlsx": _read_later, "json": _read_later,
}  # fmt: skip
