from datetime import datetime

from foundation import audit
from foundation.errors import InvalidError
from foundation.journal import use_case
from foundation.models import User
from suppliers.models import Supplier, SupplierUser


@use_case
def add_supplier_person(*, supplier: Supplier, user: User, actor: User | None, at: datetime) -> SupplierUser:
    """Let a supplier's person or machine act for the company.

    :raises InvalidError: it is somebody of ours.
    """
    if user.kind != User.Kind.SUPPLIER:
        raise InvalidError("not_a_suppliers_person", f"{user} is one of us and acts for no supplier.", field="user")
    membership, fresh = SupplierUser.objects.get_or_create(supplier=supplier, user=user)
    if fresh:
        audit.record(supplier, "add_supplier_person", actor=actor, at=at, user=user.username)
    return membership
