"""The Django admin is a plain door to the same services: no side door, the same refusals, one audit row a change."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from foundation.models import AuditEvent, User
from policies.models import ApprovalRule, DutyPair, ExceptionRoute, MatchTolerance, PolicyKind, PolicyVersion
from policies.selectors import build_matrix
from tests.factories import Company, company, person
from tests.policies.factories import draft, publish

pytestmark = pytest.mark.django_db
MODELS = ("policyversion", "approvalrule", "matchtolerance", "dutypair", "exceptionroute")
NO_STAGES = {"stages-TOTAL_FORMS": "0", "stages-INITIAL_FORMS": "0"}


def support(made: Company, name: str = "polly") -> Client:
    user = made.people[name]
    user.is_staff = True
    user.save()
    client = Client()
    client.force_login(user)
    return client


def address(model: str, verb: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:policies_{model}_{verb}", args=args)


def typed(client: Client, url: str) -> dict[str, Any]:
    """Return what the admin's form would send if nothing were changed."""
    context = client.get(url).context
    forms = [context["adminform"].form]
    for formset in context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.initial_forms]
    data: dict[str, Any] = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is True:
                data[bound.html_name] = "on"
            elif value not in {None, False} if not isinstance(value, (list, dict)) else True:
                data[bound.html_name] = (
                    ",".join(value) if isinstance(value, list) and bound.html_name != "unlimited" else value
                )
    for name, value in data.items():
        data[name] = json.dumps(value) if isinstance(value, (dict, list)) else value
    if "stages-INITIAL_FORMS" in data:  # a browser sends the empty extra stage with its defaults; leave it out
        data["stages-TOTAL_FORMS"] = data["stages-INITIAL_FORMS"]
    return {**NO_STAGES, **data}


def actions() -> list[str]:
    rows = AuditEvent.objects.filter(object_type="policies.policyversion").exclude(action="publish_policy")
    return list(rows.exclude(action="draft_policy").order_by("pk").values_list("action", flat=True))


@pytest.mark.parametrize("model", MODELS)
def test_superuser_without_the_role_sees_and_does_nothing(model: str) -> None:
    made = company()
    version = draft(made)
    root = person("root")
    root.is_staff = root.is_superuser = True
    root.save()
    client = Client()
    client.force_login(root)

    answers = [
        client.get(address(model)),
        client.get(address(model, "add")),
        client.post(address(model, "add"), {"kind": "approval"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert "Policies" not in client.get(reverse("admin:index")).content.decode()
    assert PolicyVersion.objects.latest("pk") == version


@pytest.mark.parametrize(
    ("_case", "name", "staff", "status"),
    [
        ("support staff with the role", "polly", True, 200),
        ("an auditor looks", "audrey", True, 200),
        ("the role alone is no key to the admin", "petra", False, 302),
        ("support staff without the role", "boris", True, 403),
    ],
)
def test_who_may_look(_case: str, name: str, staff: bool, status: int) -> None:
    made = company()
    client = support(made, name)
    User.objects.filter(username=name).update(is_staff=staff)

    assert {client.get(address(model)).status_code for model in MODELS} == {status}


def test_auditor_may_not_change() -> None:
    made = company()
    version = draft(made)
    rule = version.approval_rules.earliest("position")
    client = support(made, "audrey")

    answers = [
        client.post(address("approvalrule", "change", rule.pk), {"name": "x"}),
        client.post(address("approvalrule", "delete", rule.pk), {"post": "yes"}),
        client.post(address("policyversion", "add"), {"kind": "approval"}),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert actions() == []


def test_draft_is_started_through_the_service() -> None:
    made = company()

    answer = support(made).post(address("policyversion", "add"), {"kind": "tolerance", "note": "From the admin"})

    version = PolicyVersion.objects.latest("pk")
    assert (answer.status_code, version.label, version.note, version.created_by) == (
        302,
        "tolerance/2",
        "From the admin",
        made.polly,
    )
    assert version.tolerances.count() == 1  # a copy of the version in force


def test_row_is_changed_with_its_stages_and_one_audit_row() -> None:
    made = company()
    version = draft(made)
    rule = version.approval_rules.get(position=3)
    client = support(made)
    url = address("approvalrule", "change", rule.pk)

    answer = client.post(url, {**typed(client, url), "name": "Renamed", "stages-1-due_hours": "6"})

    changed = build_matrix(version.pk).rules[2]
    assert (answer.status_code, changed.name) == (302, "Renamed")
    assert [(s.role, s.due_hours) for s in changed.stages] == [("site_manager", 8), ("region_manager", 6)]
    assert actions() == ["save_rule"]


def test_row_is_added_and_removed() -> None:
    made = company()
    version = draft(made)
    client = support(made)
    stage = {"stages-TOTAL_FORMS": "1", "stages-INITIAL_FORMS": "0", "stages-0-who": "region_role",
             "stages-0-role": "region_manager", "stages-0-completion": "one", "stages-0-due_hours": "8"}  # fmt: skip

    added = client.post(
        address("approvalrule", "add"),
        {"draft": version.pk, "name": "Extra", "is_additional": "on", "sites": "HUL", **stage},
    )
    rule = ApprovalRule.objects.get(name="Extra")
    removed = client.post(address("approvalrule", "delete", rule.pk), {"post": "yes"})

    assert (added.status_code, removed.status_code, rule.position, rule.sites) == (302, 302, 1, ["HUL"])
    assert (ApprovalRule.objects.filter(pk=rule.pk).exists(), actions()) == (False, ["save_rule", "delete_rule"])


@pytest.mark.parametrize(
    ("_case", "data", "message"),
    [
        ("no such site", {"sites": "XXX"}, "Sites: there is no “XXX”."),
        ("asks nobody", {"stages-TOTAL_FORMS": "0", "stages-INITIAL_FORMS": "0"}, "The row asks nobody."),
    ],
)
def test_refusal_of_the_service_is_shown_and_nothing_changes(_case: str, data: dict[str, str], message: str) -> None:
    made = company()
    version = draft(made)
    before = build_matrix(version.pk)
    client = support(made)
    url = address("approvalrule", "change", version.approval_rules.get(position=2).pk)

    answer = client.post(url, {**typed(client, url), **data}, follow=True)

    assert (message in answer.content.decode(), build_matrix(version.pk), actions()) == (True, before, [])


@pytest.mark.parametrize("model", MODELS[1:])
def test_rows_of_a_published_version_are_shown_and_never_changed(model: str) -> None:
    made = company()
    rows = {
        "approvalrule": ApprovalRule,
        "matchtolerance": MatchTolerance,
        "dutypair": DutyPair,
        "exceptionroute": ExceptionRoute,
    }
    row = rows[model]._default_manager.filter(policy__state="published").order_by("pk")[0]
    before = {f.attname: getattr(row, f.attname) for f in row._meta.fields}
    client = support(made)

    shown = client.get(address(model, "change", row.pk))
    answers = [
        client.post(
            address(model, "change", row.pk), {"name": "x", "first": "x", "due_hours": "99", "seen": "1", **NO_STAGES}
        ),
        client.post(address(model, "delete", row.pk), {"post": "yes"}),
        client.post(address(model), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}),
    ]

    row.refresh_from_db()
    assert shown.status_code == 200
    assert [answer.status_code for answer in answers[:2]] == [403, 403]
    assert ({f.attname: getattr(row, f.attname) for f in row._meta.fields}, actions()) == (before, [])


def test_published_version_takes_no_post() -> None:
    made = company()
    version = publish(made, draft(made))
    client = support(made)

    answer = client.post(
        address("policyversion", "change", version.pk), {"settings": "{}", "act": "discard", "seen": version.version}
    )
    deleted = client.post(address("policyversion", "delete", version.pk), {"post": "yes"})

    after = PolicyVersion.objects.get(pk=version.pk)
    assert (answer.status_code, deleted.status_code) == (403, 403)
    assert "is published. Make a new draft." in answer.content.decode()
    assert (after.state, after.version, after.settings) == ("published", version.version, version.settings)


def press(client: Client, version: PolicyVersion, **data: str) -> Any:
    url = address("policyversion", "change", version.pk)
    return client.post(url, {**typed(client, url), "effective_from_0": "", "effective_from_1": "", **data}, follow=True)


def test_own_draft_is_not_published_in_the_admin_either() -> None:
    made = company()
    version = draft(made)

    answer = press(support(made), version, act="publish")

    version.refresh_from_db()
    assert (answer.status_code, version.state) == (403, "draft")  # SD-1
    assert "You wrote in this draft, so another policy administrator publishes it." in answer.content.decode()
    assert AuditEvent.objects.filter(action="refused:second_person_needed", actor=made.polly).count() == 1


def test_second_person_publishes_in_the_admin_with_one_audit_row() -> None:
    made = company()
    version = draft(made)

    answer = press(support(made, "petra"), version, act="publish")

    version.refresh_from_db()
    assert (answer.status_code, version.state, version.published_by) == (200, "published", made.petra)
    assert AuditEvent.objects.filter(action="publish_policy", object_id=version.pk).count() == 1


def test_gap_is_not_published_in_the_admin_either() -> None:
    made = company()
    version = draft(made)
    ApprovalRule.objects.filter(policy=version, position=4).delete()

    answer = press(support(made, "petra"), version, act="publish")

    version.refresh_from_db()
    assert (
        "Mend this first. Any site, above 25,000.00: nobody decides." in answer.content.decode(),
        version.state,
    ) == (True, "draft")


def test_old_screen_is_refused() -> None:
    made = company()
    version = draft(made)

    answer = press(support(made, "petra"), version, act="publish", seen="0")

    version.refresh_from_db()
    assert (answer.status_code, version.state) == (409, "draft")


def test_switches_are_changed_and_draft_is_discarded_one_act_at_a_time() -> None:
    made = company()
    version = draft(made, PolicyKind.SOURCING)
    client = support(made)
    switches = json.dumps({**version.settings, "combine": False})

    both = press(client, version, act="discard", settings=switches)
    saved = press(client, version, settings=switches)
    gone = press(client, version, act="discard")

    version.refresh_from_db()
    assert "Save the switches first, then publish or discard." in both.content.decode()
    assert (saved.status_code, gone.status_code, version.settings["combine"], version.state) == (
        200,
        200,
        False,
        "discarded",
    )
    assert actions() == ["save_switches", "discard_policy"]


@pytest.mark.parametrize(
    ("model", "kind", "rows", "change", "action"),
    [
        ("matchtolerance", PolicyKind.TOLERANCE, "tolerances", {"price_up_percent": "3"}, "save_tolerance"),
        ("exceptionroute", PolicyKind.ROUTING, "exception_routes", {"due_hours": "3"}, "save_route"),
        ("dutypair", PolicyKind.DUTY, "duty_pairs", {"strength": "compensated", "countersign_days": "3"}, "save_duty_pair"),
    ],
)  # fmt: skip
def test_row_of_another_kind_is_changed_in_its_place(
    model: str, kind: str, rows: str, change: dict[str, str], action: str
) -> None:
    made = company()
    version = draft(made, kind)
    row = getattr(version, rows).earliest("pk")
    count = getattr(version, rows).count()
    client = support(made)
    url = address(model, "change", row.pk)

    answer = client.post(
        url, {**typed(client, url), **change, "scope": "site", "scope_code": "HUL", "category": "x"}, follow=True
    )

    row.refresh_from_db()
    name, value = next(iter(change.items()))
    assert (answer.status_code, getattr(version, rows).count(), actions()) == (200, count, [action])
    assert str(getattr(row, name)).startswith(value)


def chosen(client: Client, action: str, *versions: PolicyVersion) -> Any:
    data = {"action": action, "_selected_action": [version.pk for version in versions]}
    return client.post(address("policyversion"), data, follow=True)


def test_older_version_comes_back_in_the_admin() -> None:
    made = company()
    publish(made, draft(made))
    first = PolicyVersion.objects.get(kind="approval", number=1)

    answer = chosen(support(made), "roll_forward", first)

    new = PolicyVersion.objects.get(kind="approval", number=3)
    assert (new.state, new.note, build_matrix(new.pk).rules) == ("draft", "as v1", build_matrix(first.pk).rules)
    assert "Approval matrix v3: draft." in answer.content.decode()


@pytest.mark.parametrize(("action", "start"), [("export_json", b"{"), ("export_workbook", b"PK")])
def test_version_is_exported_in_the_admin(action: str, start: bytes) -> None:
    made = company()

    answer = chosen(support(made, "audrey"), action, PolicyVersion.objects.get(kind="duty"))

    assert (answer.status_code, answer.content.startswith(start)) == (200, True)
    assert "attachment" in answer["Content-Disposition"]


def test_draft_is_analysed_and_a_waiting_version_withdrawn_in_the_admin() -> None:
    made = company()
    version = draft(made, "duty")
    client = support(made)

    chosen(client, "analyse", version)
    version.refresh_from_db()
    assert (version.analysed_blocking, version.is_analysed) == (0, True)
    publish(made, version, effective_from=datetime(2999, 1, 1, tzinfo=UTC))
    chosen(client, "withdraw", version)
    version.refresh_from_db()
    assert version.state == "discarded"


@pytest.mark.parametrize("action", ["roll_forward", "withdraw", "analyse"])
def test_auditor_does_none_of_it_in_the_admin(action: str) -> None:
    made = company()
    publish(made, draft(made))

    chosen(support(made, "audrey"), action, PolicyVersion.objects.get(kind="approval", number=1))

    assert (PolicyVersion.objects.count(), actions()) == (6, ["supersede_policy"])


def test_draft_is_compared_and_its_findings_read_in_the_admin() -> None:
    made = company()
    version = draft(made)
    ApprovalRule.objects.filter(policy=version, position=4).delete()
    other = draft(made, "duty")
    client = support(made)

    matrix = client.get(address("policyversion", "change", version.pk)).content.decode()
    duties = client.get(address("policyversion", "change", other.pk)).content.decode()

    assert "<strong>Stops publication: </strong>Any site, above 25,000.00: nobody decides." in matrix
    assert "is gone" in matrix
    assert ("Only a matrix is analysed." in duties, "Nothing differs." in duties) == (True, True)


def test_two_versions_at_once_are_refused_in_the_admin() -> None:
    made = company()

    answer = chosen(support(made), "export_json", *PolicyVersion.objects.all()[:2])

    assert "Choose one version at a time." in answer.content.decode()
