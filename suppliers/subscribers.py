"""What the suppliers' room does when it hears of something; being told twice is harmless."""

from django.urls import reverse
from django.utils import timezone

from foundation.models import DomainEvent, NoticeKind
from foundation.selectors import system_user
from foundation.services import Letter, News, notify
from suppliers.models import DocumentMessage
from suppliers.selectors.messages import OUR_PAGES, answerers_of
from suppliers.services import run_checks


def check_again(event: DomainEvent) -> None:
    """Run the checks of a supplier again whose bank account was proven, refused or withdrawn (SU-1)."""
    if event.supplier_id is not None:
        run_checks(supplier_id=event.supplier_id, actor=system_user("onboarding"), at=event.occurred_at)


def tell_of_message(event: DomainEvent) -> None:
    """Tell who wrote in the thread before, else whoever has the duty at the site."""
    if event.payload["is_ours"]:
        return
    message = DocumentMessage.objects.select_related("supplier", "author").defer("file").get(pk=event.subject_id)
    sentence = f"{message.supplier} wrote about {message.subject_number}"
    news = News(
        kind=NoticeKind.QUESTION, source=event.msg_id, subject=(message.subject_type, message.subject_id, message.subject_number),
        sentence=sentence, path=reverse(OUR_PAGES[message.subject_type], args=[message.subject_number]),
        at=event.occurred_at,
        letter=Letter(
            sentence, lines=tuple(message.text.splitlines()), verb="Read and answer",
            facts=(("From", f"{message.author}, {message.supplier}"),),
        ),
    )  # fmt: skip
    notify(news=news, people=answerers_of(message), at=timezone.now())  # noqa: TID251 - the relay's porch
