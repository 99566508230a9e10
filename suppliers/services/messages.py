"""Messages between a supplier and us about one document, an order or an invoice; both sides read the same thread."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from foundation import audit, outbox
from foundation.errors import ConflictError, InvalidError, require
from foundation.intake.uploads import Upload
from foundation.journal import use_case
from foundation.models import Organisation, Site, User
from foundation.portal_role import as_owner
from foundation.services.letters import Letter, plain, store_letters, write_letter
from foundation.services.letters import about as whom
from suppliers import access
from suppliers.decisions.company_roles import Act, acts_of
from suppliers.events import DocumentMessageSent
from suppliers.models import DocumentMessage, Supplier, SupplierUser

LONGEST, MOST = 4000, 300  # characters of a message, messages of a document
CARES = {"order": Act.ANSWER, "invoice": Act.BILL}  # who of the supplier gets a letter
PAGES = {"order": "portal_order_messages", "invoice": "portal_invoice_messages"}


@dataclass(frozen=True, slots=True)
class About:
    """The document both sides speak of; the caller has made sure that the actor sees it."""

    type: str
    pk: int
    number: str
    supplier: Supplier
    site: Site | None


@use_case
def send_message(
    *, about: About, text: str, key: str, actor: User, at: datetime, file: Upload | None = None
) -> DocumentMessage:
    """Write to the other side; what it wrote before counts as read. The same key again is the same message.

    :raises NotPermittedError: the person of the supplier only reads, or somebody of ours has no duty there.
    :raises InvalidError: there are no words, or too many.
    :raises ConflictError: the thread is full.
    """
    is_ours = _judge(about, actor)
    words = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if not words or len(words) > LONGEST:
        raise InvalidError("message_length", f"Write 1 to {LONGEST:,} characters.", field="text")
    known = DocumentMessage.objects.filter(author=actor, key=key[:40]).defer("file").first()
    if known is not None:
        return known
    thread = DocumentMessage.objects.filter(subject_type=about.type, subject_id=about.pk)
    if thread.count() >= MOST:
        raise ConflictError("thread_full", f"At most {MOST} messages are kept with a document. Call instead.")
    _see(about, actor, is_ours, at)
    message = DocumentMessage.objects.create(
        supplier=about.supplier, subject_type=about.type, subject_id=about.pk, subject_number=about.number,
        site=about.site, is_ours=is_ours, author=actor, key=key[:40], text=words, sent_at=at, **_kept(file),
    )  # fmt: skip
    audit.record(
        message, "send_message", actor=actor, at=at, supplier=about.supplier.code, about=about.number,
        file=message.file_sha256,
    )  # fmt: skip
    outbox.publish(_event(message, about))
    if is_ours:
        _write(message, about, at)
    return message


@use_case
def mark_read(*, about: About, actor: User, at: datetime) -> int:
    """Note that what the other side wrote is read; returns how many messages were not.

    :raises NotPermittedError: the person of the supplier only reads, or somebody of ours has no duty there.
    """
    return _see(about, actor, _judge(about, actor), at)


def _judge(about: About, actor: User) -> bool:
    """Say which side the actor writes for; it must be allowed."""
    if actor.kind == User.Kind.SUPPLIER:
        require(access.can_act_for(actor, about.supplier.pk, Act.WRITE))
        return False
    require(access.can_write_to_supplier(actor, about.site))
    return True


def _see(about: About, actor: User, is_ours: bool, at: datetime) -> int:  # noqa: FBT001 - which side, as stored
    theirs = DocumentMessage.objects.filter(
        subject_type=about.type, subject_id=about.pk, is_ours=not is_ours, seen_at=None
    )
    return theirs.update(seen_at=at, seen_by=actor)


def _kept(file: Upload | None) -> dict[str, Any]:
    if file is None:
        return {}
    return {
        "file": file.content, "file_name": file.shown_name, "file_type": file.content_type, "file_sha256": file.sha256
    }  # fmt: skip


def _event(message: DocumentMessage, about: About) -> DocumentMessageSent:
    return DocumentMessageSent(
        subject_id=message.pk, subject_number=about.number, at=message.sent_at, supplier_id=about.supplier.pk,
        site_id=about.site.pk if about.site else None, actor_id=message.author_id, about=about.type,
        label=f"to {about.supplier}" if message.is_ours else f"from {about.supplier}", is_ours=message.is_ours,
        related=((about.type, about.pk, about.number), ("supplier", about.supplier.pk, about.supplier.code)),
    )  # fmt: skip


def _write(message: DocumentMessage, about: About, at: datetime) -> None:
    """Write a letter to everybody of the supplier who cares for such documents."""
    with as_owner():
        house = plain(Organisation.objects.values_list("name", flat=True).first() or "Crossdock")
        people = SupplierUser.objects.filter(supplier=about.supplier, is_active=True, user__is_active=True)
        wanted = people.exclude(user__email="").select_related("user").order_by("pk")
        letter = Letter(
            subject=f"{house} wrote about {about.number}", verb="Read and answer",
            lines=tuple(message.text.splitlines()), facts=(("From", f"{message.author}, {house}"),),
        )  # fmt: skip
        url = settings.PUBLIC_URL + reverse(PAGES[about.type], args=[about.number])
        store_letters(
            [
                write_letter(
                    held.user.email, letter, sentence=f"{message.author} of {house} wrote to you about {about.number}.",
                    url=url, subject=whom(held.user), key=f"message:{message.pk}:{held.user_id}",
                )
                for held in wanted
                if CARES[about.type] in acts_of(held.role)
            ],
            at,
        )  # fmt: skip
