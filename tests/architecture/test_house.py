"""The house itself: rooms, guards and diagrams agree with the code."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from foundation import guards
from policies.decisions import vocabulary
from procurement.decisions import flags

ROOT = Path(__file__).resolve().parents[2]
# An exception to a check, with nothing said after it.
UNSAID = re.compile(r"# (?:noqa(?:: [A-Z0-9, ]+?)?|type: ignore(?:\[[a-z, -]+\])?)\s*$")
NOT_ROOMS = {"templates", "static", "tests", "docs", "tools", "locale"}


def test_every_top_level_package_is_a_room_of_the_import_contracts() -> None:
    rooms = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]

    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_ROOMS

    assert packages == set(rooms)


def test_import_contracts_hold() -> None:
    run = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout[-4000:]


def test_state_diagrams_are_those_of_the_models() -> None:
    call_command("draw_states", "--check")


@pytest.mark.django_db
def test_database_knows_exactly_the_arrows_of_the_models() -> None:
    wanted = {
        (f"{model._meta.db_table}.{field.column}", source, target)
        for model, field in guards.state_fields()
        for source, target in guards.edges(model, field)
    }

    with connection.cursor() as cursor:
        cursor.execute("select tbl, source, target from foundation_stateedge")
        found = set(cursor.fetchall())

    assert found == wanted


@pytest.mark.django_db
def test_every_fenced_table_forces_row_level_security() -> None:
    tables = set(guards.fenced_tables())

    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname from pg_class c where c.relrowsecurity and c.relforcerowsecurity and c.relname = any(%s)",
            [list(tables)],
        )
        forced = {row[0] for row in cursor.fetchall()}

    assert forced == tables


@pytest.mark.django_db
def test_every_table_of_a_business_room_with_a_supplier_is_fenced_or_closed_to_the_portal() -> None:
    """A table the portal role may read must be fenced, or be the same for all; any other must not be granted."""
    rooms = ("suppliers", "procurement", "invoicing", "workflow", "policies", "integration", "intelligence")
    tables = {model._meta.db_table for model in apps.get_models() if model._meta.app_label in rooms}

    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct table_name from information_schema.role_column_grants where grantee = %s",
            [guards.PORTAL_ROLE],
        )
        granted = {row[0] for row in cursor.fetchall()}

    shared = guards.readable_tables()
    owned = {
        m._meta.db_table for m in apps.get_models() if any(f.column == "supplier_id" for f in m._meta.concrete_fields)
    }
    assert granted & tables == (set(guards.fenced_tables()) | shared) & tables
    assert shared & owned == set(), "what all may read says nothing of one supplier"


@pytest.mark.django_db
def test_portal_role_is_no_owner_no_superuser_and_does_not_bypass() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select rolsuper, rolbypassrls, rolcreatedb, rolcanlogin from pg_roles where rolname = %s",
            [guards.PORTAL_ROLE],
        )
        row = cursor.fetchone()

    assert row == (False, False, False, False)


def test_policies_know_the_words_of_every_flag_a_requisition_can_earn() -> None:
    """Policies lie below procurement, so they keep words of their own; the codes are the same."""
    restricted = {"restricted_category"}  # policy may name it; nothing earns it before categories can be restricted

    assert set(vocabulary.FLAGS) - restricted == set(flags.WORDS)


def test_mail_leaves_by_one_door_only() -> None:
    """A letter is stored with the change that causes it, and one module hands it to the mail server."""
    door = {"integration/services/send_letter.py", "foundation/web/mailbox.py"}  # the second is where the demo keeps it
    sends = re.compile(
        r"django\.core\.mail|django\.core import .*\bmail\b|\bsmtplib\.SMTP\b|fail_silently|\bemail_user\("
    )
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    outside = [
        name
        for name in listed.split()
        if not name.startswith(("tests/", "config/settings/")) and (ROOT / name).exists() and name not in door
        if sends.search((ROOT / name).read_text(encoding="utf-8"))
    ]

    assert outside == []


def test_every_exception_to_a_check_says_why() -> None:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    unsaid = [
        f"{name}:{number}"
        for name in listed.split()
        if not name.startswith("tests/") and (ROOT / name).exists()
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1)
        if UNSAID.search(line)
    ]

    assert unsaid == []
