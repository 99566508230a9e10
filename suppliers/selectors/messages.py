"""What suppliers and we wrote to one another, by document and by side; files are read only to hand them out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from foundation.models import SiteUserPermission
from foundation.roles import ENTER_INVOICES, ORDER
from suppliers.models import DocumentMessage

OUR_PAGES = {"order": "order_messages", "invoice": "invoice_messages"}  # thread pages of ours
LIMIT = 20  # documents in a list of what is unread
_SHOWN = (
    "id", "subject_type", "subject_id", "subject_number", "is_ours", "text", "sent_at", "seen_at", "file_name", "author__id",
    "author__username", "author__first_name", "author__last_name", "supplier_id",
)  # fmt: skip


def thread_of(subject_type: str, subject_id: int) -> Sequence[DocumentMessage]:
    """Return what was written about a document, oldest first; one statement."""
    rows = DocumentMessage.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return list(rows.select_related("author").only(*_SHOWN)[:300])


def unread_by_supplier(supplier_id: int) -> Sequence[DocumentMessage]:
    """Return the newest message of ours on each document that nobody of the supplier has read; one statement."""
    return _newest(DocumentMessage.objects.filter(supplier_id=supplier_id, is_ours=True))


def unread_by_us(site_ids: Collection[int], *, everywhere: bool = False) -> Sequence[DocumentMessage]:
    """Return the newest message of a supplier on each document of these sites that nobody of ours has read."""
    rows = DocumentMessage.objects.filter(is_ours=False)
    here = rows if everywhere else rows.filter(Q(site__in=site_ids) | Q(site=None))
    return _newest(here.select_related("supplier"), "supplier__name", "supplier__code")


def _newest(rows: QuerySet[DocumentMessage], *more: str) -> Sequence[DocumentMessage]:
    unread = rows.filter(seen_at=None).select_related("author").only(*_SHOWN, *more)
    newest = unread.order_by("subject_type", "subject_id", "-sent_at").distinct("subject_type", "subject_id")
    return sorted(newest[: LIMIT * 5], key=lambda message: message.sent_at, reverse=True)[:LIMIT]


def answerers_of(message: DocumentMessage) -> set[int]:
    """Return who of ours is told of a supplier's message: who wrote in its thread, else who has the duty at its site."""
    ours = DocumentMessage.objects.filter(
        subject_type=message.subject_type, subject_id=message.subject_id, is_ours=True, author__is_active=True
    )
    wrote = set(ours.values_list("author_id", flat=True))
    if wrote:
        return wrote
    duty = ORDER if message.subject_type == "order" else ENTER_INVOICES
    held = SiteUserPermission.objects.filter(permission__codename=duty, user__is_active=True)
    here = held.filter(content_object=message.site_id) if message.site_id else held
    return set(here.values_list("user_id", flat=True))


@dataclass(frozen=True, slots=True)
class Talk:
    """A thread as one side reads it: `ours` when it is us, `action` is where an answer is posted."""

    messages: Sequence[DocumentMessage]
    ours: bool
    action: str
    may_write: bool

    @property
    def unread(self) -> int:
        """Return how many messages of the other side nobody of this side has read."""
        return sum(message.is_ours != self.ours and message.seen_at is None for message in self.messages)
