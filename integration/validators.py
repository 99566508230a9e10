"""Files a person hands to a connection: kind, size and encoding are judged before anything reads them."""

from pathlib import PurePosixPath

from foundation.errors import InvalidError
from foundation.intake import uploads
from integration.models import Connection

X12_KINDS = frozenset({"edi", "x12", "txt"})
MAX_BYTES = 10 * 1024 * 1024
_LOOKED_AT = 2000  # some systems put a mail head before the ISA


def check_file(connection: Connection, name: str, content: bytes) -> str:
    """Return the content type of a file that may be taken by a connection.

    :raises InvalidError: wrong kind, empty, too large, not what its name says, or XML with a document type.
    """
    if not content or len(content) > MAX_BYTES:
        raise InvalidError(
            "upload_size",
            f"A file has 1 byte to {MAX_BYTES // 1024 // 1024} MiB.",
            field="file",
            value=str(len(content)),
        )
    if connection.dialect == "ubl":
        return uploads.check(name, content, kinds=frozenset({"xml"})).content_type
    if connection.dialect != "x12":
        raise InvalidError(
            "upload_kind", f"{connection.name} takes no files.", field="connection", value=connection.code
        )
    extension = PurePosixPath(name).suffix.lower().lstrip(".")
    if extension not in X12_KINDS:
        raise InvalidError(
            "upload_kind", f"{connection.name} takes X12: .edi, .x12 or .txt.", field="file", value=extension[:20]
        )
    if b"ISA" not in content[:_LOOKED_AT] or b"\x00" in content:
        raise InvalidError(
            "upload_content", "This is no X12 file, whatever its name says: no ISA at its beginning.", field="file"
        )
    return "application/edi-x12"
