from foundation.services.absences import AbsencePlan, declare_absence, end_absence, turn_absences
from foundation.services.calendars import (
    CalendarDetails,
    add_day_off,
    change_calendar,
    create_calendar,
    drop_day_off,
    seen_of_calendar,
)
from foundation.services.categories import CategoryDetails, change_category, create_category, seen_of_category
from foundation.services.cost_centres import (
    CostCentreDetails,
    change_cost_centre,
    count_in_budgets,
    create_cost_centre,
    seen_of_cost_centre,
)
from foundation.services.create_account import create_account
from foundation.services.devices import end_device
from foundation.services.digests import send_digests
from foundation.services.enterprise import (
    EntityDetails,
    change_entity,
    change_region,
    create_entity,
    create_region,
    seen_of_entity,
    seen_of_region,
)
from foundation.services.grant_role import grant_role, revoke_role, sync_site_permissions
from foundation.services.idempotency import answer_key, claim_key, forget_keys
from foundation.services.import_items import ItemRow, import_items
from foundation.services.items import (
    ItemDetails,
    Pack,
    change_item,
    create_item,
    drop_pack,
    save_pack,
    seen_of_item,
)
from foundation.services.jobs import cancel_job, do_slice, fail_job, forget_jobs, retry_job, start_job, take_up_jobs
from foundation.services.letters import CONNECTION as LETTERS
from foundation.services.letters import SALT as LETTER_SALT
from foundation.services.letters import SECRET_PLACE, Letter
from foundation.services.letters import STOP_SALT as LETTER_STOP_SALT
from foundation.services.notices import read_all_notices, read_notice, save_notice_choices, stop_letters
from foundation.services.notify import News, notify, settle_notices
from foundation.services.people import (
    PersonDetails,
    change_person,
    grant_duty,
    invite_person,
    open_account,
    reset_second_factor,
    revoke_duty,
    seen_of,
    send_link,
    set_active,
)
from foundation.services.rates import RateRow, enter_rate, import_rates, record_rate
from foundation.services.retention import forget_notices
from foundation.services.save_preferences import save_preferences
from foundation.services.sign_in_code import mail_sign_in_code
from foundation.services.sites import SiteSettings, change_site, open_site, seen_of_site
from foundation.services.tables import Import, RowFault
from foundation.services.take_over import Ground, ItemTaken, PlaceTaken, take_over_items, take_over_sites
from foundation.services.units import UnitDetails, change_unit, create_unit, seen_of_unit

__all__ = [
    "LETTERS",
    "LETTER_SALT",
    "LETTER_STOP_SALT",
    "SECRET_PLACE",
    "AbsencePlan",
    "CalendarDetails",
    "CategoryDetails",
    "CostCentreDetails",
    "EntityDetails",
    "Ground",
    "Import",
    "ItemDetails",
    "ItemRow",
    "ItemTaken",
    "Letter",
    "News",
    "Pack",
    "PersonDetails",
    "PlaceTaken",
    "RateRow",
    "RowFault",
    "SiteSettings",
    "UnitDetails",
    "add_day_off",
    "answer_key",
    "cancel_job",
    "change_calendar",
    "change_category",
    "change_cost_centre",
    "change_entity",
    "change_item",
    "change_person",
    "change_region",
    "change_site",
    "change_unit",
    "claim_key",
    "count_in_budgets",
    "create_account",
    "create_calendar",
    "create_category",
    "create_cost_centre",
    "create_entity",
    "create_item",
    "create_region",
    "create_unit",
    "declare_absence",
    "do_slice",
    "drop_day_off",
    "drop_pack",
    "end_absence",
    "end_device",
    "enter_rate",
    "fail_job",
    "forget_jobs",
    "forget_keys",
    "forget_notices",
    "grant_duty",
    "grant_role",
    "import_items",
    "import_rates",
    "invite_person",
    "mail_sign_in_code",
    "notify",
    "open_account",
    "open_site",
    "read_all_notices",
    "read_notice",
    "record_rate",
    "reset_second_factor",
    "retry_job",
    "revoke_duty",
    "revoke_role",
    "save_notice_choices",
    "save_pack",
    "save_preferences",
    "seen_of",
    "seen_of_calendar",
    "seen_of_category",
    "seen_of_cost_centre",
    "seen_of_entity",
    "seen_of_item",
    "seen_of_region",
    "seen_of_site",
    "seen_of_unit",
    "send_digests",
    "send_link",
    "set_active",
    "settle_notices",
    "start_job",
    "stop_letters",
    "sync_site_permissions",
    "take_over_items",
    "take_over_sites",
    "take_up_jobs",
    "turn_absences",
]  # fmt: skip
