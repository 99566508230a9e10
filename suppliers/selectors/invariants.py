"""What must always be true of suppliers and contracts. Source: DESIGN invariants 6 and 7."""

from foundation.registries import Invariant

SUPPLIER = (
    Invariant(
        "suppliers_supplier_state_is_audited",
        "Every change of a supplier's standing has its audit row (AU-1)",
        """
        select s.code, 'is ' || s.state || ', but its last audit row says ' || last.said
          from suppliers_supplier s
          join lateral (select e.data ->> 'after' as said from foundation_auditevent e
                         where e.object_type = 'suppliers.supplier' and e.object_id = s.id and e.data ? 'after'
                         order by e.seq desc limit 1) last on true
         where last.said <> s.state""",
    ),
    Invariant(
        "merged_supplier_stands_under_another",
        "A merged supplier has one merge that was not undone, into a record that stands for itself (SU-3)",
        """
        select s.code, 'is merged into ' || coalesce(o.code, 'nothing') || ', which its merge does not say'
          from suppliers_supplier s
          left join suppliers_supplier o on o.id = s.merged_into_id
          left join suppliers_suppliermerge m on m.duplicate_id = s.id and m.undone_at is null
         where (s.merged_into_id is not null or m.id is not null)
           and (m.survivor_id is distinct from s.merged_into_id or o.merged_into_id is not null)""",
    ),
    Invariant(
        "supplier_person_is_a_supplier",
        "Who sees a supplier's documents through the portal is a person of that supplier and no one of ours (invariant 7)",
        """
        select u.username, 'sees the documents of ' || s.code || ' and is ' || u.kind
          from suppliers_supplieruser m join foundation_user u on u.id = m.user_id
          join suppliers_supplier s on s.id = m.supplier_id where u.kind <> 'supplier'""",
    ),
)


BANK = (
    Invariant(
        "bank_account_of_a_checked_change",
        "We pay to accounts only that a change in force made, with evidence, a call-back and a person of its own (SU-2)",
        """
        select s.code, 'is paid to an account that ' || coalesce(c.number, 'no change') || ' does not answer for'
          from suppliers_bankaccount a join suppliers_supplier s on s.id = a.supplier_id
          left join suppliers_bankchange c on c.id = a.change_id
         where c.id is null or c.state <> 'in_force' or c.supplier_id <> a.supplier_id or c.fingerprint <> a.fingerprint
            or c.evidence_sha256 = '' or c.called_by_id is null or c.approved_by_id is null
            or c.approved_by_id in (c.created_by_id, c.called_by_id) or c.called_by_id = c.created_by_id""",
    ),
    Invariant(
        "suppliers_bankchange_state_is_audited",
        "Every change of a bank change's state has its audit row (AU-1)",
        """
        select c.number, 'is ' || c.state || ', but its last audit row says ' || coalesce(last.said, 'nothing')
          from suppliers_bankchange c
          left join lateral (select e.data ->> 'after' as said from foundation_auditevent e
                              where e.object_type = 'suppliers.bankchange' and e.object_id = c.id and e.data ? 'after'
                              order by e.seq desc limit 1) last on true
         where last.said is distinct from c.state""",
    ),
)
RECORDS = (
    Invariant(
        "record_changed_by_a_second_person",
        "No request about a supplier's record was decided by who asked, and each state has its audit row (SU-5, AU-1)",
        """
        select c.number, 'is ' || c.state || ', its audit says ' || coalesce(last.said, 'nothing')
          from suppliers_supplierchange c
          left join lateral (select e.data ->> 'after' as said from foundation_auditevent e
                              where e.object_type = 'suppliers.supplierchange' and e.object_id = c.id and e.data ? 'after'
                              order by e.seq desc limit 1) last on true
         where last.said is distinct from c.state or (c.state = 'made' and c.decided_by_id = c.created_by_id)""",
    ),
)


CONTRACTS = (
    Invariant(
        "contract_agreed_by_a_second_person",
        "No version of a contract was put in force by who wrote it, but for what held when we came (SO-2)",
        """
        select c.number, 'revision ' || v.revision || ' was written and agreed by ' || u.username
          from suppliers_contractversion v join suppliers_contract c on c.id = v.contract_id
          join foundation_user u on u.id = v.agreed_by_id
         where v.agreed_by_id = v.proposed_by_id and not (v.revision = 1 and v.reason = 'As taken over')""",
    ),
    Invariant(
        "contract_says_what_was_agreed",
        "A contract that was put in force here says what its newest agreed version says, by hash (SO-2)",
        """
        select c.number, 'says something else than its revision ' || v.revision
          from suppliers_contract c
          join lateral (select revision, content_hash from suppliers_contractversion
                         where contract_id = c.id and agreed_at is not null order by revision desc limit 1) v on true
         where c.state <> 'draft' and c.content_hash not in ('', v.content_hash)""",
    ),
)


CERTIFICATES = (
    Invariant(
        "restriction_by_rule_holds",
        "A supplier that a rule restricts gets no new orders: it is not active while the restriction stands (SU-1)",
        """
        select s.code, 'is active, but ' || r.reason
          from suppliers_supplierrestriction r join suppliers_supplier s on s.id = r.supplier_id
         where r.lifted_at is null and s.state = 'active'""",
    ),
)

QUOTATIONS = (
    Invariant(
        "quotation_suppliers_read_the_same",
        "Every invited supplier reads the newest version and the stage of its request (SO-4)",
        """
        select r.number, s.code || ' reads version ' || i.revision || ', ' || i.stage || '; the request is at '
               || r.revision || ', ' || r.state
          from suppliers_quotationinvitation i join suppliers_quotationrequest r on r.id = i.request_id
          join suppliers_supplier s on s.id = i.supplier_id
          left join suppliers_quotationversion v on v.request_id = r.id and v.revision = r.revision
         where not (r.state = 'cancelled' and r.revision = 0)
           and (i.stage <> r.state and not (r.state = 'converted' and i.stage = 'awarded') or i.revision <> r.revision
                or i.closes_at <> r.closes_at or r.revision > 0 and i.content is distinct from v.content)""",
    ),
    Invariant(
        "quotation_award_is_what_was_said",
        "An award names a price that its supplier sent before the closing time (SO-4)",
        """
        select r.number, 'line ' || l.line_no || ' is awarded at another price than was sent in time'
          from suppliers_quotationaward a join suppliers_quotationrequest r on r.id = a.request_id
          join suppliers_quotationline l on l.id = a.line_id
          join suppliers_quotationprice p on p.id = a.price_id
          join suppliers_quotation q on q.id = p.quotation_id
          join suppliers_quotationinvitation i on i.id = q.invitation_id
         where i.request_id <> r.id or p.line_no <> l.line_no or q.supplier_id <> a.supplier_id or q.state <> 'sent'
            or q.sent_at >= r.closes_at or (p.unit_price, p.unit_id, q.currency)
                                           is distinct from (a.unit_price, a.unit_id, a.currency)""",
    ),
    Invariant(
        "quotation_state_is_audited",
        "Every change of a request for quotation has its audit row (AU-1)",
        """
        select r.number, 'is ' || r.state || ', but its last audit row says ' || coalesce(last.said, 'nothing')
          from suppliers_quotationrequest r
          left join lateral (select e.data ->> 'after' as said from foundation_auditevent e
                              where e.object_type = 'suppliers.quotationrequest' and e.object_id = r.id
                                and e.data ? 'after' order by e.seq desc limit 1) last on true
         where r.state <> coalesce(last.said, 'draft')""",
    ),
)


CATALOGUE = (
    Invariant(
        "catalogue_price_is_kept",
        "What an offer costs is the last of the prices that are kept of it (SO-1)",
        """
        select s.code || ' ' || i.code, 'costs ' || trim_scale(c.unit_price) || ', but its history says '
               || coalesce(trim_scale(p.unit_price)::text, 'nothing')
          from suppliers_catalogueitem c join suppliers_supplier s on s.id = c.supplier_id
          join foundation_item i on i.id = c.item_id
          left join suppliers_catalogueprice p on p.offer_id = c.id and p.valid_until is null
         where (p.unit_price, p.currency) is distinct from (c.unit_price, c.currency)""",
    ),
)


def invariants() -> tuple[Invariant, ...]:
    """Return this room's checks."""
    return (*SUPPLIER, *CONTRACTS, *CERTIFICATES, *CATALOGUE, *QUOTATIONS, *BANK, *RECORDS)
