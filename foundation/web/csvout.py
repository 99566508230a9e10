"""Exports a spreadsheet opens safely: text that would run as a formula is quoted (ASVS 1.2.10)."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse

from foundation.intake.csv import safe


def stream_csv(name: str, head: list[str], rows: Iterable[list[Any]]) -> StreamingHttpResponse:
    """Stream a CSV download, UTF-8 with the mark spreadsheets look for; memory stays flat."""

    def lines() -> Iterator[str]:
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        yield "\ufeff"
        writer.writerow(head)
        for row in rows:
            writer.writerow([safe(cell) for cell in row])
            if buffer.tell() > 16_384:  # noqa: PLR2004 - a network packet's worth
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue()

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def csv_file(name: str, text: str) -> HttpResponse:
    """Return a small CSV whole; a portal page may not stream."""
    answer = HttpResponse(text.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
