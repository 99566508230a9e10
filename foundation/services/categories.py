"""The tree of spend: branches are added, named and moved; a branch takes everything below along."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Value
from django.db.models.functions import Concat, Length, Substr

from foundation import access, audit
from foundation.documents import content_hash
from foundation.errors import InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import Category, User
from foundation.services.keeping import in_turn, record_change, require_seen
from foundation.validators import new_code, one_line

_LONGEST_PATH = 200


@dataclass(frozen=True, slots=True)
class CategoryDetails:
    """What is written of a category besides its code, which stays. No parent means a root."""

    name: str
    parent: Category | None = None
    unspsc: str = ""  # eight digits, or nothing
    contract_binding: bool = True  # only suppliers with a price in force (SO-1)
    manager: User | None = None  # asked by stages that ask the manager of the category; none = of the branch above


def seen_of_category(*, category: Category) -> str:
    """Return a fingerprint of what was on screen, to be sent back with a change."""
    return content_hash(_facts(category))


@use_case
def create_category(*, code: str, details: CategoryDetails, actor: User, at: datetime) -> Category:
    """Add a branch to the tree.

    :raises NotPermittedError: the actor does not keep the ground, or is or would be its manager.
    :raises InvalidError: the code is taken, the tree would be too deep, or a value cannot be used.
    """
    require(access.can_keep_ground(actor))
    in_turn()
    _lock_tree()
    category = Category(code=new_code(code, longest=16))
    if Category.objects.filter(code=category.code).exists():
        raise InvalidError(
            "code_taken", f"There is a category {category.code} already.", field="code", value=category.code
        )
    require(access.can_name_owner(actor, None, details.manager))
    _write(category, details)
    category.path = _path_under(details.parent, category.code)
    category.save(force_insert=True)
    audit.record(category, "create_category", actor=actor, at=at, after=_facts(category))
    return category


@use_case
def change_category(*, code: str, seen: str, details: CategoryDetails, actor: User, at: datetime) -> Category:
    """Change a branch, or move it with everything below.

    Documents in approval keep the path they were submitted with (AP-11); new ones follow the new path.

    :raises NotPermittedError: the actor does not keep the ground, or is or would be its manager.
    :raises NotFoundError: there is no such category.
    :raises StaleError: somebody changed the category since the page was opened.
    :raises InvalidError: it would hang under itself, the tree would be too deep, or a value cannot be used.
    """
    require(access.can_keep_ground(actor))
    _lock_tree()
    category = Category.objects.select_related("parent", "manager").filter(code=code).first()
    if category is None:
        raise NotFoundError("not_found", "There is no such category.")
    before = _facts(category)
    require_seen(category, before, seen)
    parent = Category.objects.get(pk=details.parent.pk) if details.parent else None
    if parent is not None and parent.path.startswith(category.path):
        raise InvalidError(
            "under_itself", f"{parent} is {category} or below it. Choose a place elsewhere in the tree.", field="parent"
        )
    require(access.can_name_owner(actor, category.manager, details.manager))
    _write(category, details)
    if record_change(category, "change_category", before, _facts(category), actor=actor, at=at):
        _move(category, parent)
        category.save(update_fields=["name", "parent", "path", "unspsc", "contract_binding", "manager"])
    return category


def _lock_tree() -> None:
    """Lock every branch in one order: two moves at once cannot hang each under the other."""
    list(Category.objects.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def _move(category: Category, parent: Category | None) -> None:
    """Give the branch and everything below the path of its place."""
    old, new = category.path, _path_under(parent, category.code)
    if old == new:
        return
    below = Category.objects.filter(path__startswith=old).exclude(pk=category.pk)
    deepest = below.annotate(long=Length("path")).order_by("-long").values_list("long", flat=True).first() or 0
    if deepest - len(old) + len(new) > _LONGEST_PATH:
        raise InvalidError(
            "tree_too_deep", "The tree would be too deep there. Choose a place further up.", field="parent"
        )
    below.update(path=Concat(Value(new), Substr("path", len(old) + 1)))
    category.path = new


def _path_under(parent: Category | None, code: str) -> str:
    path = f"{parent.path if parent else ''}{code}/"
    if len(path) > _LONGEST_PATH:
        raise InvalidError(
            "tree_too_deep", "The tree would be too deep there. Choose a place further up.", field="parent"
        )
    return path


def _write(category: Category, details: CategoryDetails) -> None:
    category.name = one_line(details.name, longest=80, field="name", what="what it is called")
    category.unspsc = details.unspsc.strip()
    if category.unspsc and not re.fullmatch(r"[0-9]{8}", category.unspsc):
        raise InvalidError("unspsc_unfit", "Write the eight digits of the UNSPSC code.", field="unspsc")
    manager = details.manager
    if (
        manager is not None
        and manager != category.manager
        and (manager.kind != User.Kind.STAFF or not manager.is_active)
    ):
        raise InvalidError("manager_unfit", "Choose an active person of ours.", field="manager")
    category.parent, category.contract_binding, category.manager = details.parent, details.contract_binding, manager


def _facts(category: Category) -> dict[str, Any]:
    return {
        "name": category.name, "parent": category.parent.code if category.parent else "", "unspsc": category.unspsc,
        "contract_binding": category.contract_binding, "manager": category.manager.username if category.manager else "",
    }  # fmt: skip
