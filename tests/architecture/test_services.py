"""Laws of the workshop: how a service is called and what it says of itself, who walks each arrow, how long a module is."""

import ast
import importlib
import inspect
import subprocess
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from foundation import guards
from foundation.models import Role, User
from procurement import access
from procurement.models import PurchaseOrder, Requisition
from tests.architecture.who import everybody
from tests.factories import a_requisition, an_issued_order, company

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("foundation", "policies", "workflow", "suppliers", "procurement", "invoicing", "integration", "intelligence")
LONGEST = 300  # lines of a module
# What refuses by being called, and with what.
GUARDS = {"require": "NotPermittedError", "require_unchanged": "StaleError"}


def _services() -> Iterator[tuple[str, Callable[..., Any]]]:
    for room in ROOMS:
        package = importlib.import_module(f"{room}.services")
        for name in package.__all__:
            found = getattr(package, name)
            if inspect.isfunction(found):
                yield f"{room}.{name}", inspect.unwrap(found)


SERVICES = dict(_services())


def _raised(service: Callable[..., Any]) -> set[str]:
    """Return the errors a service raises in its own body; what it calls documents its own."""
    found = set()
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(service)))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
            found.add(node.exc.func.id)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in GUARDS:
            found.add(GUARDS[node.func.id])
    return found


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_called_by_keywords_and_says_what_it_refuses(name: str) -> None:
    service = SERVICES[name]
    by_place = [
        p.name for p in inspect.signature(service).parameters.values() if p.kind not in {p.KEYWORD_ONLY, p.VAR_KEYWORD}
    ]
    words = inspect.getdoc(service) or ""

    unsaid = sorted(e for e in _raised(service) if f":raises {e}:" not in words)

    assert words, "say in a docstring what it does"
    assert by_place == [], "put * before them"
    assert unsaid == [], "name them with :raises"


# How a service calls a document it moves, where it is not by the last word of its class.
CALLED = {"Supplier": ("supplier", "duplicate"), "SpendRequest": ("asked",), "PolicyVersion": ("draft", "version", "old"), "OrderAcknowledgment": ("acknowledgment", "old"),
          "InvoiceMatch": ("match",), "PriceList": ("price_list",), "CatalogueItem": ("offer",), "ApprovalRequest": ("request",), "ApprovalStep": ("step",),
          "Countersignature": ("signature",)}  # fmt: skip
# Arrows that more than one module walks, with the reason.
SHARED = {
    "PurchaseOrder.close": "move_order by a person; history_orders for orders that ended elsewhere before we came",
    "PolicyVersion.publish": "versions by a second person; install_defaults for the first version of an installation",
}
# Arrows of the drawing that nothing walks yet, with the reason.
NOT_WALKED = {
    "CatalogueItem.activate": "offers come in by price lists, in force at once",
    "PurchaseOrder.request_approval": "an order carries the approval of its requisition, and a change of it its own",
    "PurchaseOrder.return_for_change": "the same",
}
# A supplier's arrow is looked up by its verb, in move_supplier alone.
BY_VERB = {
    "Supplier.activate": "move_supplier",
    "Supplier.restrict": "move_supplier",
    "Supplier.block": "move_supplier",
    "Supplier.offboard": "move_supplier",
}
# Modules that walk an arrow inside another module's transaction, which writes the row.
AUDITED_BY = {
    "moves": "the room of the document: submit, approve_step, approve, reject, withdraw",
    "record_decision": "the room of the document: approve_step, approve, reject",
    "hold_changes": "match_invoice: one row for each test of a bill, with its holds",
    "shares": "match_invoice: one row for each test of a bill",
    "decide_change": "end_change of apply_change",
    "decide_acknowledgment": "finish_answer of answer_told",
}


def _walkers() -> dict[str, set[str]]:
    """Return the modules that name each arrow, as Model.method, by the word they call the document."""
    found: dict[str, set[str]] = {}
    for model, field in guards.state_fields():
        name = model.__name__
        word = "".join("_" + c.lower() if c.isupper() else c for c in name).rpartition("_")[2]
        words = CALLED.get(name, (word,))
        for method in {t.method.__name__ for t in field.get_all_transitions(model)}:
            found[f"{name}.{method}"] = {
                path.stem
                for path in ROOT.glob("*/services/*.py")
                if _room(path, model._meta.app_label) and _names(path, words, method)
            }
    return found


def _room(path: Path, room: str) -> bool:
    """Say whether a module lies in the room of the document; deliveries are foundation's and moved by integration."""
    return path.parts[-3] in ({"integration", "foundation"} if room == "foundation" else {room})


def _names(path: Path, words: tuple[str, ...], method: str) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == method
        and isinstance(node.value, ast.Name)
        and node.value.id in words
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )


WALKERS = _walkers()


@pytest.mark.parametrize("arrow", sorted(WALKERS))
def test_arrow_is_walked_by_one_module_that_writes_an_audit_row(arrow: str) -> None:
    modules = WALKERS[arrow] | ({BY_VERB[arrow]} if arrow in BY_VERB else set())

    assert bool(modules) != (arrow in NOT_WALKED), "an arrow is walked, or the table says why not"
    assert (len(modules) > 1) == (arrow in SHARED), f"walked by {sorted(modules)}"
    for module in modules - AUDITED_BY.keys():
        (path,) = [p for p in ROOT.glob(f"*/services/{module}.py") if "audit." in p.read_text(encoding="utf-8")]
        assert path


@pytest.mark.django_db
def test_lists_show_exactly_what_each_person_may_open() -> None:
    made = company()
    for by, item in ((made.rita, "SW-500"), (made.people["hugo"], "LBL-46")):
        a_requisition(made, (item, "1"), by=by)
        an_issued_order(made, (item, "4"), by=by)
    people = [who.user for who in everybody(made).values() if who.user] + list(made.people.values())

    for user in people:
        orders = {o.pk for o in PurchaseOrder.objects.all() if access.can_see_order(user, o)}
        requisitions = {r.pk for r in Requisition.objects.all() if access.can_see_requisition(user, r)}
        assert set(access.visible_orders(user).values_list("pk", flat=True)) == orders, user
        assert set(access.visible_requisitions(user).values_list("pk", flat=True)) == requisitions, user
    seen = {user.username: access.visible_orders(user).count() for user in people if isinstance(user, User)}
    assert (seen["rita"], seen["hugo"], seen["boris"], seen["no.duty"], seen[f"m.{Role.BUYER}"]) == (1, 1, 2, 0, 1)


def test_no_module_is_longer_than_a_person_reads_at_once() -> None:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in listed.split() if not name.startswith("tests/") and "/migrations/" not in name]
    long = {
        str(path.relative_to(ROOT)): lines
        for path in paths
        if path.exists() and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }

    assert long == {}, "split them by what they do"
