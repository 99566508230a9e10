"""Who sees suppliers and contracts: everybody with a duty at a site reads them; supplier managers change them."""

from collections.abc import Collection

from django.db.models import OuterRef, QuerySet, Subquery

from foundation import access
from foundation.models import Region, Role, Site, User
from foundation.roles import ENTER_INVOICES, ORDER, RELEASE_HOLDS, VIEW
from foundation.verdict import ALLOWED, Verdict
from suppliers.decisions.company_roles import REFUSALS, Act, acts_of
from suppliers.models import (
    BankChange,
    CatalogueItem,
    Certificate,
    Contract,
    ContractVersion,
    FieldRule,
    PriceList,
    QuotationRequest,
    Supplier,
    SupplierChange,
    SupplierUser,
)

QUOTES = (Role.BUYER, Role.CATEGORY_MANAGER, Role.SUPPLIER_MANAGER)  # ask for quotations and award them
READS_QUOTES = (*QUOTES, Role.FINANCE_DIRECTOR, Role.AUDITOR)


def visible_suppliers(user: User) -> QuerySet[Supplier]:
    """Return all suppliers for people who may see documents of any site, else none."""
    return Supplier.objects.all() if access.holds_anywhere(user, VIEW) else Supplier.objects.none()


def visible_contracts(user: User) -> QuerySet[Contract]:
    """Return all contracts for people who may see documents of any site, else none."""
    return Contract.objects.all() if access.holds_anywhere(user, VIEW) else Contract.objects.none()


def visible_offers(user: User) -> QuerySet[CatalogueItem]:
    """Return every supplier's offers for people who may see documents of any site, else none."""
    return CatalogueItem.objects.all() if access.holds_anywhere(user, VIEW) else CatalogueItem.objects.none()


def can_maintain(user: User) -> Verdict:
    """Judge changing a supplier's standing."""
    return access.can_in_role(user, "change suppliers", Role.SUPPLIER_MANAGER)


def can_act_for(user: User, supplier_id: int, act: Act) -> Verdict:
    """Judge what somebody of a supplier wants to do for that company (SU-4); one statement, inside its role or outside."""
    mine = SupplierUser.objects.filter(user_id=user.pk, supplier_id=supplier_id, is_active=True)
    return judge_role(mine.values_list("role", flat=True).first(), act)


def role_of(user: User, supplier: str) -> Subquery:
    """Return somebody's role at the supplier of each row, as part of the statement that reads it; `supplier` is its key."""
    mine = SupplierUser.objects.filter(user_id=user.pk, supplier_id=OuterRef(supplier), is_active=True)
    return Subquery(mine.values("role")[:1])


def judge_role(role: str | None, act: Act) -> Verdict:
    """Judge what somebody of a supplier wants to do by their role there, nothing for none (SU-4)."""
    if role is None:
        return Verdict("not_your_company", "You do not act for this supplier.")
    return judge_act(acts_of(role), act)


def judge_act(may: Collection[Act], act: Act) -> Verdict:
    """Judge an act by what the role lets a person do (SU-4); for pages that have read the role already."""
    if act in may:
        return ALLOWED
    return Verdict("not_your_company_role", REFUSALS[act])


def can_write_to_supplier(user: User, site: Site | None) -> Verdict:
    """Judge writing to a supplier about a document: who orders or settles bills at its site, and who keeps suppliers."""
    if access.has_role(user, Role.SUPPLIER_MANAGER, Role.CATEGORY_MANAGER):
        return ALLOWED
    duties = (ORDER, ENTER_INVOICES, RELEASE_HOLDS)
    if any(access.holds(user, duty, site.pk) if site else access.holds_anywhere(user, duty) for duty in duties):
        return ALLOWED
    return Verdict("not_your_duty", "Buyers and accounts payable write to suppliers. A user administrator grants it.")


def sites_of_letters(user: User) -> list[int]:
    """Return the ids of the sites where the person answers suppliers' messages."""
    return sorted(
        {site for duty in (ORDER, ENTER_INVOICES, RELEASE_HOLDS) for site in access.site_ids_with(user, duty)}
    )


def can_propose_bank_change(user: User, supplier_id: int) -> Verdict:
    """Judge proposing a new bank account: the supplier's own people for themselves, supplier managers for any (SU-2)."""
    if user.kind == User.Kind.SUPPLIER:
        return can_act_for(user, supplier_id, Act.BANK)
    return access.can_in_role(user, "propose a bank account", Role.SUPPLIER_MANAGER, Role.INTEGRATION_ENGINEER)


def can_tell_supplier(user: User, supplier_id: int) -> Verdict:
    """Judge telling something of a supplier's record (SU-5): its administrators of itself, supplier managers and feeds of any."""
    if user.kind == User.Kind.SUPPLIER:
        return can_act_for(user, supplier_id, Act.PEOPLE)
    return access.can_in_role(user, "change suppliers' records", Role.SUPPLIER_MANAGER, Role.INTEGRATION_ENGINEER)


def can_decide_supplier_change(user: User, change: SupplierChange) -> Verdict:
    """Judge deciding a request about a record: never who asked (SU-5); whom it asks is the machine's business."""
    if user.pk == change.created_by_id:
        return Verdict("own_request", "You asked for this change. Somebody else decides.")
    return ALLOWED


def can_withdraw_supplier_change(user: User, change: SupplierChange) -> Verdict:
    """Judge taking a request back: whoever asked, and supplier managers what a feed or a file asked (SU-5)."""
    if user.pk == change.created_by_id:
        return ALLOWED
    if change.source in {"erp", "import", "api"} and user.kind == User.Kind.STAFF:
        return can_maintain(user)
    return Verdict("not_your_request", "Somebody else asked for this. Refuse it instead.")


def can_agree_field_rule(user: User, rule: FieldRule) -> Verdict:
    """Judge putting a rule about a field in force: never who proposed it (SU-5)."""
    if user.pk == rule.proposed_by_id:
        return Verdict("own_proposal", "You proposed this rule. Somebody else puts it in force.")
    return access.can_in_role(user, "put rules about suppliers in force", Role.SUPPLIER_MANAGER, Role.FINANCE_DIRECTOR)


def can_check_bank_change(user: User) -> Verdict:
    """Judge attaching evidence, calling back and refusing (SU-2)."""
    return access.can_in_role(
        user, "check bank accounts", Role.SUPPLIER_MANAGER, Role.PAYABLES_LEAD, Role.FINANCE_DIRECTOR
    )


def can_withdraw_bank_change(user: User, change: BankChange) -> Verdict:
    """Judge taking a proposal back: whoever made it."""
    if user.pk == change.created_by_id:
        return ALLOWED
    return Verdict("not_your_proposal", "Somebody else proposed this. Refuse it instead.")


def can_see_bank_changes(user: User) -> Verdict:
    """Judge reading suppliers' bank accounts: who maintains, checks or audits them."""
    roles = (Role.SUPPLIER_MANAGER, Role.PAYABLES_LEAD, Role.FINANCE_DIRECTOR, Role.AUDITOR)
    return access.can_in_role(user, "look at bank accounts", *roles)


def can_propose_contract(user: User) -> Verdict:
    """Judge writing contracts, their amendments and their papers (SO-2)."""
    return access.can_in_role(user, "write contracts", Role.SUPPLIER_MANAGER, Role.CATEGORY_MANAGER)


def can_agree_contract(user: User, version: ContractVersion) -> Verdict:
    """Judge putting a proposed version in force: never the one who wrote it (SO-2)."""
    if not version.is_open:
        return Verdict("nothing_waits", "Nothing waits for a second person here.")
    if user.pk == version.proposed_by_id:
        return Verdict("own_proposal", "You wrote this version. Somebody else puts it in force.")
    roles = (Role.SUPPLIER_MANAGER, Role.CATEGORY_MANAGER, Role.FINANCE_DIRECTOR)
    return access.can_in_role(user, "put contracts in force", *roles)


def can_end_contract(user: User) -> Verdict:
    """Judge ending a contract before its time."""
    return can_propose_contract(user)


def can_see_certificates(user: User) -> Verdict:
    """Judge reading suppliers' certificates: who keeps, buys from or audits suppliers."""
    roles = (Role.SUPPLIER_MANAGER, Role.CATEGORY_MANAGER, Role.FINANCE_DIRECTOR, Role.BUYER, Role.AUDITOR)
    return access.can_in_role(user, "look at certificates", *roles)


def can_send_certificate(user: User, supplier_id: int) -> Verdict:
    """Judge sending a certificate: the supplier's own people for themselves, who keeps suppliers for any (SU-1)."""
    if user.kind == User.Kind.SUPPLIER:
        return can_act_for(user, supplier_id, Act.PROVE)
    return can_keep_certificates(user)


def can_keep_certificates(user: User) -> Verdict:
    """Judge saying which certificates are needed, and sending one for a supplier."""
    return access.can_in_role(user, "keep certificates", Role.SUPPLIER_MANAGER, Role.CATEGORY_MANAGER)


def can_check_certificate(user: User, certificate: Certificate) -> Verdict:
    """Judge accepting or refusing a certificate: never whoever sent it (SU-1)."""
    if user.pk == certificate.sent_by_id:
        return Verdict("own_certificate", "You sent this one. Somebody else looks at it.")
    roles = (Role.SUPPLIER_MANAGER, Role.CATEGORY_MANAGER, Role.FINANCE_DIRECTOR)
    return access.can_in_role(user, "check certificates", *roles)


def visible_price_lists(user: User) -> QuerySet[PriceList]:
    """Return all price lists for people who may see documents of any site, else none."""
    return PriceList.objects.all() if access.holds_anywhere(user, VIEW) else PriceList.objects.none()


def can_bring_prices(user: User) -> Verdict:
    """Judge bringing suppliers' prices in and letting them count as far as the policy allows (SO-1)."""
    return access.can_in_role(user, "bring prices in", Role.SUPPLIER_MANAGER, Role.CATEGORY_MANAGER)


def can_send_prices(user: User, supplier_id: int) -> Verdict:
    """Judge sending a price list: the supplier's own people for themselves, who brings prices in for any."""
    if user.kind == User.Kind.SUPPLIER:
        return can_act_for(user, supplier_id, Act.ANSWER)
    return can_bring_prices(user)


def can_write_profile(user: User, supplier_id: int) -> Verdict:
    """Judge writing a supplier's profile: its own people, or a supplier manager for one that sends it by letter (SU-1)."""
    if user.kind == User.Kind.SUPPLIER:
        return can_send_certificate(user, supplier_id)
    return can_maintain(user)


def can_decide_checks(user: User) -> Verdict:
    """Judge deciding a check of a supplier by hand (SU-1)."""
    return access.can_in_role(user, "decide checks of suppliers", Role.SUPPLIER_MANAGER, Role.FINANCE_DIRECTOR)


def can_see_onboarding(user: User) -> Verdict:
    """Judge reading what companies wrote to be registered, and their checks."""
    roles = (Role.SUPPLIER_MANAGER, Role.CATEGORY_MANAGER, Role.FINANCE_DIRECTOR, Role.BUYER, Role.AUDITOR)
    return access.can_in_role(user, "look at registrations", *roles)


def can_see_site(user: User, site: Site) -> bool:
    """Say whether the person sees documents of a site, so that they may ask for goods there."""
    return access.holds(user, VIEW, site.pk)


def can_see_quotations(user: User) -> Verdict:
    """Judge reading requests for quotation (SO-4)."""
    return access.can_in_role(user, "look at quotations", *READS_QUOTES)


def visible_quotation_requests(user: User) -> QuerySet[QuotationRequest]:
    """Return the requests of the sites the person sees; whether they may read them is judged besides."""
    return QuotationRequest.objects.filter(site__in=access.site_ids_with(user, VIEW))


def can_write_quotation(user: User, site: Site) -> Verdict:
    """Judge asking suppliers for quotations for a site, and awarding them (SO-4)."""
    if not can_see_site(user, site):
        return Verdict("not_your_site", f"You do not see the documents of {site.name}.")
    return can_ask_quotations(user)


def can_ask_quotations(user: User) -> Verdict:
    """Judge asking suppliers for quotations, wherever."""
    return access.can_in_role(user, "ask for quotations", *QUOTES)


def can_quote(user: User, supplier_id: int) -> Verdict:
    """Judge answering a request for quotation: the supplier's own people whose role answers for it (SO-4, SU-4)."""
    if user.kind != User.Kind.SUPPLIER:
        return Verdict("not_your_company", "You do not act for this supplier.")
    return can_act_for(user, supplier_id, Act.ANSWER)


def can_read_for(user: User, supplier_id: int) -> Verdict:
    """Judge reading what a supplier was told: any of its people."""
    own = SupplierUser.objects.filter(user_id=user.pk, supplier_id=supplier_id, is_active=True)
    return ALLOWED if own.exists() else Verdict("not_your_company", "You do not act for this supplier.")


def can_set_sequence(user: User, *, site: Site | None, region: Region | None) -> Verdict:
    """Judge ordering suppliers at a place: a site its own, a region its own and its sites', who keeps them everywhere."""
    held = access.roles_of(user)
    if {role for role, _site, _region in held} & {Role.SUPPLIER_MANAGER, Role.CATEGORY_MANAGER}:
        return ALLOWED
    there = region or (site.region if site else None)
    if there is not None and (Role.REGION_MANAGER, None, there.pk) in held:
        return ALLOWED
    if site is not None and {(Role.SITE_MANAGER, site.pk, None), (Role.REGION_MANAGER, site.pk, None)} & held:
        return ALLOWED
    return Verdict("not_your_place", "Its manager, or who keeps the suppliers, says who comes first here.")
