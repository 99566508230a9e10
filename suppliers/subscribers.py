"""What the suppliers' room does when it hears of something."""

from foundation.models import DomainEvent
from foundation.selectors import system_user
from suppliers.services import run_checks


def check_again(event: DomainEvent) -> None:
    """Run the checks of a supplier again whose bank account was proven, refused or withdrawn (SU-1)."""
    if event.supplier_id is not None:
        run_checks(supplier_id=event.supplier_id, actor=system_user("onboarding"), at=event.occurred_at)
