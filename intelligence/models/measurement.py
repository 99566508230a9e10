from django.db import models
from django.db.models import Q


class Measurement(models.Model):
    """One document (or approval stage) as a measure sees it: folded from events, never typed, rebuilt at will.

    The instants are minima over events, so folding an event twice, or in another order, changes nothing. Hours and the
    day counted follow from the instants and the site's calendar; `is_stale` marks rows whose hours are still to come.
    """

    metric = models.CharField(max_length=8, db_collation="C", help_text="MX-1, MX-2...")
    subject_type = models.CharField(max_length=40, help_text="what is measured: order, step, approval or invoice")
    subject_id = models.BigIntegerField()
    subject_number = models.CharField(max_length=40, blank=True)
    document_type = models.CharField(max_length=40, help_text="whose page shows it")
    document_id = models.BigIntegerField()
    document_number = models.CharField(max_length=40, blank=True)
    site = models.ForeignKey("foundation.Site", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    supplier = models.ForeignKey(
        "suppliers.Supplier", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    actor = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    detail = models.CharField(max_length=160, blank=True, help_text="the approval stage")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True, help_text="cancelled before its end")
    is_automatic = models.BooleanField(default=False, help_text="the policy decided alone (AP-8)")
    is_exception = models.BooleanField(default=False, help_text="an exception hold stopped it at least once")
    first_time = models.BooleanField(null=True, help_text="cleared by its first test; empty before that")
    counted_on = models.DateField(null=True, help_text="the site's day by which periods count it; empty: left out")
    elapsed_hours = models.FloatField(null=True)
    business_hours = models.FloatField(null=True, help_text="on the site's calendar; empty without a site")
    is_stale = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "subject_type", "subject_id", "document_id"], name="measurement_once"
            ),
        ]
        indexes = [
            models.Index(fields=["metric", "counted_on", "site"], name="measurement_period"),
            models.Index(fields=["metric", "document_id"], name="measurement_document"),
            models.Index(fields=["id"], name="measurement_stale", condition=Q(is_stale=True)),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.document_number} {self.subject_number}"


class ReadingMark(models.Model):
    """How far the event log has been read. One row; its lock keeps two readers apart.

    Events up to `event_id` are read for good. Those up to `seen_id` were read too, but a transaction still running then
    (below `seen_xid`) may yet show an earlier one, so they are read again until none is left.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    event_id = models.BigIntegerField(default=0)
    seen_id = models.BigIntegerField(default=0)
    seen_xid = models.BigIntegerField(default=0)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="reading_mark_one_row")]

    def __str__(self) -> str:
        return f"read up to event {self.event_id}"
