"""The machine doors that suppliers' clients may use: they run in the role that sees one supplier only, as its pages do."""

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.request import Request

from foundation.errors import InvalidError
from foundation.machine.door import Door, caller, missing
from foundation.models import User
from foundation.portal_role import as_supplier
from suppliers.models import Supplier, SupplierUser
from suppliers.selectors import standing


class PartnerDoor(Door):
    """A door for our own clients and for suppliers'; `own` is the company of a supplier's client."""

    own: Supplier | None = None

    @contextmanager
    def as_caller(self, request: Request) -> Iterator[User]:
        """Enter the caller's world: ours as themselves, a supplier's client in the supplier's role.

        :raises NotFoundError: a supplier's person who serves no company any more.
        """
        user = caller(request)
        if user.kind != User.Kind.SUPPLIER:
            yield user
            return
        membership = (
            SupplierUser.objects.filter(user=user, is_active=True)
            .select_related("supplier")
            .order_by("supplier__name")
            .first()
        )
        if membership is None:
            raise missing()
        self.own = membership.supplier
        with as_supplier(self.own.pk):
            yield user

    def supplier_named(self, code: str) -> Supplier:
        """Return whose document it is; a supplier's client writes its own only and may leave the code out.

        :raises InvalidError: there is no such supplier, as far as the caller may know.
        """
        if self.own is not None and code in {"", self.own.code}:
            return self.own
        found = None if self.own else Supplier.objects.filter(code=code).first()
        if found is None:
            raise InvalidError(
                "supplier_unknown", f"There is no supplier {code}.", field="supplier", value=code,
                cure="Look the code up in /api/v1/suppliers/.",
            )  # fmt: skip
        return standing(found)
