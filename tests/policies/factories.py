"""Policies as administrators make them: drafted by Polly, published by Petra, an hour before the tests' now."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from foundation.models import User
from policies.models import ApprovalRule, ApprovalStage, PolicyKind, PolicyVersion
from policies.services import StageInput, create_draft, delete_rule, publish_version, save_rule, save_switches
from tests.factories import NOW, Company

EARLIER = NOW - timedelta(hours=1)
LONG = 301  # rows that are too many to be looked at while somebody waits
MANAGER = StageInput("site_role", "site_manager")
REGION = StageInput("region_role", "region_manager")


def draft(made: Company, kind: str = PolicyKind.APPROVAL) -> PolicyVersion:
    return create_draft(kind=kind, actor=made.polly, at=EARLIER)


def publish(made: Company, version: PolicyVersion, **changes: Any) -> PolicyVersion:
    version.refresh_from_db()
    return publish_version(
        version_id=version.pk, expected_version=version.version, **{"actor": made.petra, "at": EARLIER, **changes}
    )


def add_rule(made: Company, version: PolicyVersion, name: str, *stages: StageInput, **axes: Any) -> PolicyVersion:
    version.refresh_from_db()
    save_rule(
        version_id=version.pk, expected_version=version.version, actor=made.polly, at=EARLIER, stages=list(stages),
        name=name, **axes,
    )  # fmt: skip
    version.refresh_from_db()
    return version


def with_switches(kind: str, **switches: Any) -> None:
    """Publish a version that differs from the one in force by its switches."""
    polly, petra = (User.objects.get(username=name) for name in ("polly", "petra"))
    version = create_draft(kind=kind, actor=polly, at=EARLIER)
    save_switches(version_id=version.pk, expected_version=1, settings=switches, actor=polly, at=EARLIER)
    publish_version(version_id=version.pk, expected_version=2, actor=petra, at=EARLIER)


def clear(made: Company, version: PolicyVersion) -> PolicyVersion:
    for rule_id in list(version.approval_rules.values_list("pk", flat=True)):
        version.refresh_from_db()
        delete_rule(
            version_id=version.pk, expected_version=version.version, rule_id=rule_id, actor=made.polly, at=EARLIER
        )
    version.refresh_from_db()
    return version


def one_rule(made: Company, *stages: StageInput, **axes: Any) -> PolicyVersion:
    """Publish a matrix of a single row."""
    version = clear(made, draft(made))
    return publish(made, add_rule(made, version, "Everything", *stages, **axes))


def long_draft(made: Company, *, rows: int = LONG, gap: bool = False) -> PolicyVersion:
    """Return a draft of one band a row; with `gap`, nothing takes what is above the last one."""
    version = draft(made)
    ApprovalRule.objects.filter(policy=version).delete()
    rules = ApprovalRule.objects.bulk_create(
        ApprovalRule(
            policy=version, position=n + 1, name=f"Band {n + 1}", amount_from=Decimal(10 * n) or None,
            amount_to=None if n + 1 == rows and not gap else Decimal(10 * (n + 1)),
        )
        for n in range(rows)
    )  # fmt: skip
    ApprovalStage.objects.bulk_create(
        ApprovalStage(rule=rule, position=1, who="enterprise_role", role="finance_director") for rule in rules
    )
    return version
