from django.apps import AppConfig
from django.urls import reverse


class SuppliersConfig(AppConfig):
    """The room of suppliers, contracts and catalogues."""

    name = "suppliers"

    def ready(self) -> None:
        """Furnish the ground's registries; a supplier sees its own record only."""
        from foundation import guards, registries  # noqa: PLC0415 - apps are ready only now
        from foundation.registries import Work  # noqa: PLC0415 - apps are ready only now
        from foundation.services.letters import SECRETS  # noqa: PLC0415 - same
        from suppliers import access, subscribers  # noqa: PLC0415 - apps are ready only now
        from suppliers.events import BankChangeApproved, BankChangeEnded  # noqa: PLC0415 - same
        from suppliers.portal.messages import unread_here  # noqa: PLC0415 - apps are ready only now
        from suppliers.selectors.contracts import TOLD  # noqa: PLC0415 - apps are ready only now
        from suppliers.selectors.invariants import invariants  # noqa: PLC0415 - apps are ready only now
        from suppliers.services.apply_price_list import APPLY, apply_slice  # noqa: PLC0415 - apps are ready only now
        from suppliers.services.invite_supplier import INVITATION_LINK, invitation_link  # noqa: PLC0415 - same
        from suppliers.services.read_price_list import KIND, read_slice  # noqa: PLC0415 - apps are ready only now
        from suppliers.web import furniture  # noqa: PLC0415 - apps are ready only now

        furniture.register()
        SECRETS[INVITATION_LINK] = invitation_link
        registries.subscriptions.add(BankChangeApproved.kind, subscribers.check_again)
        registries.subscriptions.add(BankChangeEnded.kind, subscribers.check_again)
        registries.panels.add("portal.home", unread_here)
        registries.subscriptions.add("suppliers.message.sent", subscribers.tell_of_message)
        guards.fence("suppliers_supplier", using="id = %(me)s")
        guards.fence("suppliers_catalogueitem")
        guards.fence(
            "suppliers_supplieruser", columns=("id", "supplier_id", "user_id", "is_active", "role", "known_as")
        )
        guards.fence("suppliers_suppliersite")
        guards.fence("suppliers_certificate")
        guards.fence("suppliers_onboarding")
        guards.fence("suppliers_spendauthorisation", columns=("id", "supplier_id", "category_id", "site_id", "state"))
        guards.fence("suppliers_bankchange", columns=("id", "supplier_id", "state"))
        guards.readable("suppliers_certificatekind", "suppliers_certificateneed")
        for kind, part in ((KIND, read_slice), (APPLY, apply_slice)):
            registries.works.add(
                Work(
                    kind=kind,
                    slice=part,
                    visible=lambda user, _params: bool(access.can_bring_prices(user)),
                    url=lambda params: reverse("price_list", args=[params["number"]]),
                )
            )
        guards.fence("suppliers_contract", using="supplier_id = %(me)s and state <> 'draft'", columns=TOLD)
        guards.fence(  # the fence of the contract decides: a price is seen with it or not at all
            "suppliers_contractprice", using="exists (select 1 from suppliers_contract c where c.id = contract_id)"
        )
        guards.fence("suppliers_documentmessage", insert=True, update=("seen_at", "seen_by_id"))
        guards.fence("suppliers_quotationinvitation", using="supplier_id = %(me)s and stage <> 'draft'")
        for table in ("quotation", "quotationprice", "quotationquestion"):
            guards.fence(f"suppliers_{table}")
        guards.fence("suppliers_supplierchange")
        registries.invariants.add(*invariants())
