from foundation.models.absence import Absence
from foundation.models.delivery import Delivery, DeliveryState
from foundation.models.document import Document
from foundation.models.item import Category, ExchangeRate, Item, ItemUnit, UnitOfMeasure
from foundation.models.job import Job, JobState
from foundation.models.notice import Channel, Notice, NoticeKind, NoticePreference
from foundation.models.organisation import (
    CostCentre,
    Holiday,
    LegalEntity,
    Organisation,
    Region,
    Site,
    SiteGroupPermission,
    SiteUserPermission,
    WorkCalendar,
)
from foundation.models.record import (
    AuditEvent,
    AuditHead,
    DomainEvent,
    DutyRecord,
    EffectLedger,
    Heartbeat,
    IdempotencyKey,
    StateEdge,
    Timer,
)
from foundation.models.role import Role, RoleAssignment
from foundation.models.user import User

__all__ = [
    "Absence", "AuditEvent", "AuditHead", "Category", "Channel", "CostCentre", "Delivery", "DeliveryState",
    "Document", "DomainEvent", "DutyRecord", "EffectLedger", "ExchangeRate", "Heartbeat", "Holiday", "IdempotencyKey",
    "Item", "ItemUnit", "Job", "JobState", "LegalEntity", "Notice", "NoticeKind", "NoticePreference", "Organisation",
    "Region", "Role", "RoleAssignment", "Site", "SiteGroupPermission", "SiteUserPermission", "StateEdge", "Timer",
    "UnitOfMeasure", "User", "WorkCalendar",
]  # fmt: skip
