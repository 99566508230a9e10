from django.apps import AppConfig


class SuppliersConfig(AppConfig):
    """The room of suppliers, contracts and catalogues."""

    name = "suppliers"

    def ready(self) -> None:
        """Furnish the ground's registries; a supplier sees its own record only."""
        from foundation import guards, registries  # noqa: PLC0415 - apps are ready only now
        from suppliers.selectors.invariants import invariants  # noqa: PLC0415 - apps are ready only now
        from suppliers.web import furniture  # noqa: PLC0415 - apps are ready only now

        furniture.register()
        guards.fence("suppliers_supplier", using="id = %(me)s")
        guards.fence("suppliers_catalogueitem")
        guards.fence(
            "suppliers_supplieruser", columns=("id", "supplier_id", "user_id", "is_active", "role", "known_as")
        )
        guards.fence("suppliers_suppliersite")
        guards.fence("suppliers_certificate")
        guards.readable("suppliers_certificatekind", "suppliers_certificateneed")
        registries.invariants.add(*invariants())
