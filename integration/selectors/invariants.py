"""What must always be true of messages in and out. Source: DESIGN invariants 4 and 5, RELIABILITY R2."""

from foundation.registries import Invariant
from foundation.selectors.breaches import AuditedMachine

MACHINES = (
    AuditedMachine(
        "foundation.Delivery",
        created=("store_delivery", "store_letter"),
        arrows={"deliver": ("deliver",), "park": ("park",), "resend": ("resend",)},
        number="subject_number",
        audited_as="integration.delivery",
    ),
)
MESSAGES = (
    Invariant(
        "message_has_one_effect",
        "A message of the outside has at most one effect: what it made was made by no other (invariant 4, R2)",
        """
        select e.value ->> 'number', 'was made by ' || count(distinct m.id) || ' messages'
          from integration_inboxmessage m, jsonb_array_elements(m.effect -> 'effects') e
         where m.status = 'applied' group by e.value ->> 'type', e.value ->> 'number' having count(distinct m.id) > 1
        union all
        select max(m.external_id), 'came ' || count(*) || ' times and counted each time'
          from integration_inboxmessage m where m.status <> 'quarantined'
         group by m.connection_id, m.external_id having count(*) > 1""",
    ),
    Invariant(
        "message_kept_as_it_came",
        "The original of a message is the bytes that came (TM-11, IN-2)",
        """
        select m.external_id, 'is not what came: its fingerprint differs' from integration_inboxmessage m
         where encode(sha256(m.raw), 'hex') <> m.body_sha256
        union all
        select i.number, 'has an original whose fingerprint differs' from invoicing_invoice i
         where i.original is not null and encode(sha256(i.original), 'hex') <> i.original_sha256""",
    ),
    Invariant(
        "voucher_sent_once",
        "A bill is handed to the ERP once (invariant 5, TM-11)",
        """
        select max(d.subject_number), 'has ' || count(*) || ' vouchers' from foundation_delivery d
         where d.message_type = 'voucher' group by d.subject_id having count(*) > 1""",
    ),
    Invariant(
        "voucher_of_a_released_bill",
        "Only a released bill is handed to the ERP, and a delivered voucher is posted (TM-11)",
        """
        select d.subject_number, 'has a voucher that is ' || d.state || ', but is ' || i.state
          from foundation_delivery d join invoicing_invoice i on i.id = d.subject_id
         where d.message_type = 'voucher'
           and (i.state not in ('released', 'posted', 'paid') or d.state = 'delivered' and i.state = 'released')""",
    ),
)


def invariants() -> tuple[Invariant, ...]:
    """Return this room's checks; the models are read, so the apps must be ready."""
    return (*MESSAGES, *(check for machine in MACHINES for check in machine.invariants()))
