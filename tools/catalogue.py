"""The portal's words in other languages: what there is to say, what is said, and the file Django reads.

`python -m tools.catalogue` adds what is new to locale/de/LC_MESSAGES/django.po, names what nobody has translated yet,
and compiles. What is collected: every text of the portal's templates and of the forms and pages behind them, and the
names of states, roles and measures that a supplier reads.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale" / "de" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
Message = str | tuple[str, str]
SHARED = (
    "403.html", "404.html", "409.html", "422.html", "account/request_login_code.html", "account/confirm_login_code.html",
    "components/error_summary.html", "components/field.html", "components/pager.html", "components/scores.html",
    "components/score_lines.html", "invoicing/invoice/entry_lines.html", "invoicing/invoice/cell.html",
)  # fmt: skip
PYTHON = (
    "foundation/web/keyset.py", "foundation/web/numbers.py", "invoicing/portal", "invoicing/selectors/supplier_words.py",
    "invoicing/validators/entry.py", "procurement/portal", "suppliers/portal", "suppliers/services/colleagues.py",
    "suppliers/validators/bank.py", "suppliers/validators/messages.py",
)  # fmt: skip
_CALLS = {"gettext", "gettext_lazy", "gettext_noop", "ngettext", "_"}
_FOUND = re.compile(
    r"""\b(n?gettext|_)\(\s*u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:\s*,\s*u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))?"""
)


def templates() -> list[Path]:
    """Return the templates a supplier reads."""
    base = ROOT / "templates"
    own = [*(base / "portal").rglob("*.html"), *(base / "portal_invoicing").rglob("*.html"), base / "portal_base.html"]
    return sorted([*own, *(base / name for name in SHARED)])


def spoken() -> set[Message]:
    """Return everything the portal says, plural forms as pairs."""
    found: set[Message] = set(_enumerated())
    for path in [*templates(), ROOT / "templates" / "base.html"]:
        found |= set(of_template(path.read_text(encoding="utf-8")))
    for name in PYTHON:
        place = ROOT / name
        for path in [place] if place.suffix else place.rglob("*.py"):
            found |= set(_of_python(path))
    return found


def of_template(source: str) -> Iterator[Message]:
    """Yield what a template says through gettext."""
    from django.utils.translation.template import templatize  # noqa: PLC0415 - after django.setup

    for call, first, second in _FOUND.findall(templatize(source)):
        one = ast.literal_eval(first)
        yield (one, ast.literal_eval(second)) if call == "ngettext" else one


def _of_python(path: Path) -> Iterator[Message]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if node.func.id == "ngettext" and len(texts) > 1:
                yield texts[0], texts[1]
            elif texts:
                yield texts[0]


def _enumerated() -> Iterator[str]:
    """Yield the names of states, roles and measures that a supplier reads."""
    from invoicing.models import InvoiceState  # noqa: PLC0415 - after django.setup
    from procurement.decisions.scorecard import MEASURES, PARTS  # noqa: PLC0415 - after django.setup
    from procurement.models import AckState, LineAnswer, OrderState, PurchaseOrder  # noqa: PLC0415 - after django.setup
    from suppliers.decisions.company_roles import REFUSALS  # noqa: PLC0415 - after django.setup
    from suppliers.models import CompanyRole, ContractKind, ContractState  # noqa: PLC0415 - after django.setup

    for choices in (CompanyRole, ContractKind, ContractState, AckState, LineAnswer, OrderState, InvoiceState):
        yield from map(str, choices.labels)
    yield from (str(label) for _, label in PurchaseOrder._meta.get_field("ack_status").choices or ())  # noqa: SLF001 - Django's own way
    yield from REFUSALS.values()
    yield from PARTS
    for measure in MEASURES:
        yield from (measure.title, measure.formula)


def read() -> Catalog:
    """Return the German words as they are kept."""
    with PO.open("rb") as file:
        return read_po(file, locale="de")


def untranslated(catalogue: Catalog) -> list[Message]:
    """Return what the portal says and the catalogue does not, in order."""
    known = {message.id: message.string for message in catalogue if message.id}
    missing = [one for one in spoken() if not _said(known.get(one))]
    return sorted(missing, key=str)


def _said(text: object) -> bool:
    return all(text) if isinstance(text, tuple) else bool(text)


def main() -> int:
    """Bring the catalogue up to date and compile it; says how many texts wait for a translator."""
    catalogue = read() if PO.is_file() else Catalog(locale="de")
    wanted = spoken()
    fresh = Catalog(locale="de", project="Crossdock", fuzzy=False)
    known = {message.id: message.string for message in catalogue if message.id}
    for one in sorted(wanted, key=str):
        fresh.add(one, known.get(one) or ("" if isinstance(one, str) else ("", "")))
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, fresh, width=120, sort_output=True, omit_header=False)
    with MO.open("wb") as file:
        write_mo(file, fresh)
    missing = untranslated(fresh)
    for one in missing:
        print("no German for:", one)
    return 1 if missing else 0


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    django.setup()
    sys.exit(main())
