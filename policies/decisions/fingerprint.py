"""One digest for what a matrix says, so that an analysis is known to be of exactly that (AP-9)."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from hashlib import sha256
from typing import Any

from policies.decisions.matrix import Matrix
from policies.decisions.stored import facts_from_json, facts_to_json
from policies.decisions.world import Finding


def fingerprint(matrix: Matrix, settings: Mapping[str, Any]) -> str:
    """Return the digest of rows, stages and switches; equal contents have equal digests, whatever the version's number."""
    rows = [[asdict(rule) for rule in rules] for rules in (matrix.rules, matrix.additional)]
    return sha256(json.dumps([rows, dict(settings)], default=_plain, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else f"{Decimal(value).normalize():f}"


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as plain JSON."""
    example = facts_to_json(finding.example) if finding.example else None
    return {
        "code": finding.code,
        "sentence": finding.sentence,
        "example": example,
        "blocks": finding.blocks,
        "row": finding.row,
    }


def finding_from_json(stored: Mapping[str, Any]) -> Finding:
    """Return a finding as it was found."""
    example = facts_from_json(stored["example"]) if stored["example"] else None
    return Finding(stored["code"], stored["sentence"], example, stored["blocks"], stored["row"])
