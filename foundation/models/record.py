import uuid

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class AuditEvent(models.Model):
    """One fact that can never be changed (AU-1). `seq`, `at`, `prev_hash` and `hash` are set by a trigger."""

    chain = models.IntegerField(default=1)
    seq = models.BigIntegerField(default=0)
    at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey("foundation.User", null=True, on_delete=models.DO_NOTHING, db_constraint=False)
    on_behalf_of = models.ForeignKey(
        "foundation.User", null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField(null=True)
    object_number = models.CharField(max_length=40, blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=45, blank=True)
    policy_version = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict)
    prev_hash = models.BinaryField(default=bytes)
    hash = models.BinaryField(default=bytes)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="audit_chain_seq")]
        indexes = [
            models.Index(fields=["object_type", "object_id", "seq"], name="audit_object"),
            models.Index(fields=["action", "-id"], name="audit_refusals", condition=Q(object_type="refusal")),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.object_number}"


class AuditHead(models.Model):
    """The last link of a chain; the trigger locks and moves it."""

    chain = models.IntegerField(primary_key=True)
    seq = models.BigIntegerField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"chain {self.chain} at {self.seq}"


class StateEdge(models.Model):
    """An arrow of a state machine, written from the models after migrate; the trigger refuses all others."""

    tbl = models.CharField(max_length=63)
    source = models.CharField(max_length=40)
    target = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tbl", "source", "target"], name="state_edge_once")]

    def __str__(self) -> str:
        return f"{self.tbl}: {self.source} -> {self.target}"


class DomainEvent(models.Model):
    """What happened, told once: it wakes subscribers, feeds deliveries, and is the event log metrics read.

    The relay sets `done_at` in the transaction that ran the subscribers; rows are never deleted.
    """

    msg_id = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    subject_number = models.CharField(max_length=40, blank=True)
    site_id = models.BigIntegerField(null=True)
    supplier_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    is_human = models.BooleanField(default=True, help_text="false when a rule or a machine acted (MX-9)")
    occurred_at = models.DateTimeField()
    payload = models.JSONField(default=dict)
    related = models.JSONField(default=list, help_text="[[type, id, number], ...] for the event log")
    dedupe_key = models.CharField(max_length=120)
    schema_version = models.PositiveSmallIntegerField(default=1)
    recorded_at = models.DateTimeField(db_default=Now())
    available_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    claimed_by = models.CharField(max_length=60, blank=True)
    done_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "dedupe_key"], name="event_once"),
            models.CheckConstraint(condition=Q(done_at=None) | Q(parked_at=None), name="event_one_end"),
        ]
        indexes = [
            models.Index(fields=["available_at", "id"], name="event_due", condition=Q(done_at=None, parked_at=None)),
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_subject"),
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_waiting", condition=Q(done_at=None)),
            models.Index(fields=["kind", "occurred_at"], name="event_log"),
            GinIndex(fields=["related"], name="event_related", opclasses=["jsonb_path_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_number}"


class EffectLedger(models.Model):
    """A consumer has had its one effect from a message."""

    consumer = models.CharField(max_length=120)
    msg_id = models.UUIDField()
    applied_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consumer", "msg_id"], name="effect_once")]

    def __str__(self) -> str:
        return f"{self.consumer} {self.msg_id}"


class IdempotencyKey(models.Model):
    """The stored answer to a request, per caller and route, so a repeat is answered and not done again."""

    principal_id = models.BigIntegerField()
    route = models.CharField(max_length=120)
    key = models.CharField(max_length=255)
    request_sha256 = models.BinaryField()
    status_code = models.PositiveSmallIntegerField(null=True)
    response = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["principal_id", "route", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"


class DutyRecord(models.Model):
    """Who did what on a chain of documents (SD-2). The chain is named by its first requisition or order."""

    chain = models.CharField(max_length=60, help_text="document type and id of the chain's root, or of the document")
    document_type = models.CharField(max_length=40)
    document_id = models.BigIntegerField()
    duty = models.CharField(max_length=40)
    person = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "document_type", "document_id", "duty", "person"], name="duty_record_once"
            )
        ]
        indexes = [models.Index(fields=["chain", "person"], name="duty_chain")]

    def __str__(self) -> str:
        return f"{self.person} {self.duty} {self.document_type} {self.document_id}"


class Timer(models.Model):
    """Something falls due: swept each minute; never a long countdown in the broker."""

    name = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    payload = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "subject_type", "subject_id", "due_at"], name="timer_once"),
            models.CheckConstraint(condition=Q(fired_at=None) | Q(cancelled_at=None), name="timer_one_end"),
        ]
        indexes = [models.Index(fields=["due_at"], name="timer_due", condition=Q(fired_at=None, cancelled_at=None))]

    def __str__(self) -> str:
        return f"{self.name} {self.subject_type} {self.subject_id}"


class Heartbeat(models.Model):
    """When a part of the system was last seen alive."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"
