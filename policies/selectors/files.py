"""A version as a file: JSON of a documented schema, or a workbook that people read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from foundation.intake import xlsx
from policies.decisions.exchange import to_json
from policies.decisions.exchange_tables import to_tables
from policies.models import PolicyVersion
from policies.selectors.content import document_of, ground_today


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A file ready to be sent."""

    name: str
    content_type: str
    content: bytes

    def headers(self) -> Mapping[str, str]:
        """Return what makes a browser save it under its name."""
        return {"Content-Disposition": f'attachment; filename="{self.name}"'}


def file_of(policy: PolicyVersion, form: str, stem: str) -> PolicyFile:
    """Return a version as `json` or `xlsx`; `stem` is what its policy is called in the name of the file."""
    make, kind = (_as_json, "application/json") if form == "json" else (_as_workbook, xlsx.CONTENT_TYPE)
    return PolicyFile(f"{stem}-v{policy.number}.{form}", kind, make(policy))


def _as_json(policy: PolicyVersion) -> bytes:
    """Write members in one order, so that two exports can be compared line by line."""
    document = to_json(document_of(policy), ground_today().known.currency, _about(policy))
    return f"{json.dumps(document, ensure_ascii=False, indent=2)}\n".encode()


def _as_workbook(policy: PolicyVersion) -> bytes:
    return xlsx.write(to_tables(document_of(policy), ground_today().known, _about(policy)))


def _about(policy: PolicyVersion) -> dict[str, str]:
    """Return what a reader of the file may want to know of the version; it is not read back."""
    people = {"written_by": policy.created_by, "published_by": policy.published_by}
    instants = {"effective_from": policy.effective_from, "effective_until": policy.effective_until}
    return {
        "version": policy.label,
        "state": policy.state,
        "note": policy.note,
        **{name: str(person or "") for name, person in people.items()},
        **{name: _instant(at) for name, at in instants.items()},
    }


def _instant(at: datetime | None) -> str:
    return at.isoformat() if at else ""
