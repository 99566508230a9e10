"""The page on which an approver takes away (AP-4): without JavaScript, with every refusal beside its box."""

import pytest
from django.urls import reverse

from procurement.models import Requisition
from tests.factories import Company, submitted
from tests.procurement.web.pages import signed_in
from workflow.models import ApprovalDecision

pytestmark = pytest.mark.usefixtures("the_clock")


def page(requisition: Requisition) -> str:
    return reverse("approve_less", args=[requisition.number])


def typed(requisition: Requisition, **fields: str) -> dict[str, str]:
    given = {"line-10": "100", "line-20": "100", "reason": "Tape is in stock", "hash": requisition.content_hash}
    return given | {name.replace("_", "-"): value for name, value in fields.items()}


def asked(made: Company) -> Requisition:
    return submitted(made, ("SW-500", "100"), ("TAPE-48", "100"))


def test_inbox_leads_to_it_and_it_shows_what_is_asked(made: Company) -> None:
    requisition = asked(made)
    client = signed_in(made.mona)

    assert page(requisition) in client.get(reverse("inbox")).content.decode()
    shown = client.get(page(requisition)).content.decode()
    assert 'name="line-10" class="num" inputmode="decimal" autocomplete="off" value="100"' in shown
    assert "8,400.00" in shown


def test_less_is_approved_and_everybody_sees_it(made: Company) -> None:
    requisition = asked(made)

    answered = signed_in(made.mona).post(
        page(requisition), typed(requisition, line_10="60", strike_20="1"), follow=True
    )

    assert answered.redirect_chain == [(reverse("inbox"), 302)]
    requisition.refresh_from_db()
    assert [x.quantity for x in requisition.lines.order_by("line_no")] == [60, 0]
    for who, where in (("rita", reverse("requisition", args=[requisition.number])), ("regina", reverse("inbox"))):
        shown = " ".join(signed_in(made.people[who]).get(where).content.decode().split())
        for words in ("Mona approved less than asked", "“Tape is in stock”", "<s>Packing tape 48 mm</s>",
                      "100 case asked", "Line 10, Stretch wrap 500 mm: 60 instead of 100 case"):  # fmt: skip
            assert words in shown


@pytest.mark.parametrize(
    ("_case", "fields", "says"),
    [
        ("AP-7 more than asked", {"line_10": "101"}, "Line 10: 101 is more than the 100 case asked for."),
        ("no number",            {"line_10": "lots"}, "“lots” is not a number"),
        ("read in two ways",     {"line_10": "1.000,5"}, "can be misread"),
        ("an empty box",         {"line_10": ""}, "Enter a quantity, or strike the line."),
        ("everything struck",    {"strike_10": "1", "strike_20": "1"}, "Reject the request instead"),
        ("no reason",            {"line_10": "60", "reason": " "}, "Say why you approve less."),
    ],
)  # fmt: skip
def test_refusal_stands_beside_its_box_and_keeps_what_was_typed(
    made: Company, _case: str, fields: dict[str, str], says: str
) -> None:
    requisition = asked(made)

    answered = signed_in(made.mona).post(page(requisition), typed(requisition, **fields))

    shown = answered.content.decode()
    assert answered.status_code == 422
    assert says in shown
    assert "There is a problem" in shown
    assert all(f'value="{value}"' in shown for name, value in fields.items() if name.startswith("line") and value)
    assert not ApprovalDecision.objects.exists()


@pytest.mark.parametrize(
    ("_case", "who", "status"),
    [("asked", "mona", 200), ("asked later", "regina", 403), ("requester", "rita", 403), ("another site", "hugo", 404)],
)
def test_only_who_is_asked_now_gets_in(made: Company, _case: str, who: str, status: int) -> None:
    requisition = asked(made)

    assert signed_in(made.people[who]).get(page(requisition)).status_code == status


def test_page_that_was_opened_before_a_change_is_refused(made: Company) -> None:
    requisition = asked(made)

    answered = signed_in(made.mona).post(page(requisition), typed(requisition, line_10="60", hash="0" * 64))

    assert (answered.status_code, ApprovalDecision.objects.count()) == (409, 0)
