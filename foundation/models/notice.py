from datetime import time

from django.db import models
from django.db.models import Q


class NoticeKind(models.TextChoices):
    """What people are told of, as they choose how."""

    DECISION = "decision", "Decisions that wait for you"
    OUTCOME = "outcome", "What became of your requests"
    QUESTION = "question", "Questions and answers"
    CASE = "case", "Exceptions of your duties"
    ORDER = "order", "Orders for what you asked for"
    WORK = "work", "Long work that ended"


class Channel(models.TextChoices):
    """How a person is told of a kind."""

    MAIL = "mail", "Here and by e-mail at once"
    DIGEST = "digest", "Here and in one e-mail a day"
    APP = "app", "Here only"
    OFF = "off", "Not at all"


class Notice(models.Model):
    """One line behind a person's bell: what happened, to which document, and where it leads.

    `source` is the id of the event, so that an event told twice is one notice. A letter about it is due at
    `letter_due_at`, and only while nobody has read it.
    """

    person = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="notices")
    source = models.UUIDField()
    kind = models.CharField(max_length=10, choices=NoticeKind.choices)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    subject_number = models.CharField(max_length=40)
    sentence = models.CharField(max_length=300)
    path = models.CharField(max_length=200, help_text="page of ours it leads to")
    wrong_path = models.CharField(max_length=200, blank=True, help_text="page for who is not the right person")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    waits_for_day = models.BooleanField(
        default=False, help_text="its letter is the daily one; else quiet hours held it"
    )
    letter_due_at = models.DateTimeField(null=True, help_text="empty = none, or it went at once")
    lettered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "source"], name="notice_once"),
            models.CheckConstraint(
                condition=Q(lettered_at=None) | Q(letter_due_at__isnull=False), name="notice_letter_pair"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_of"),
            models.Index(fields=["person"], name="notice_unread", condition=Q(read_at=None)),
            models.Index(fields=["subject_type", "subject_id"], name="notice_subject", condition=Q(read_at=None)),
            models.Index(
                fields=["letter_due_at", "person"],
                name="notice_letter_due",
                condition=Q(letter_due_at__isnull=False, lettered_at=None, read_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.sentence


class NoticePreference(models.Model):
    """How one person wants to be told; who has none is told by the defaults."""

    person = models.OneToOneField(
        "foundation.User", on_delete=models.CASCADE, primary_key=True, related_name="notice_preference"
    )
    channels = models.JSONField(default=dict, help_text="kind -> channel; a kind not named has its default")
    digest_hour = models.PositiveSmallIntegerField(default=7, help_text="full hour of the person's own clock")
    quiet_from = models.TimeField(null=True, help_text="on the person's own clock")
    quiet_until = models.TimeField(null=True, help_text="exclusive; before `quiet_from` means the next day")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(digest_hour__lt=24), name="notice_digest_hour"),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=models.F("quiet_until")),
                name="notice_quiet_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"how {self.person} is told"

    def quiet(self) -> tuple[time, time] | None:
        """Return from when until when no letter goes, or nothing."""
        return (self.quiet_from, self.quiet_until) if self.quiet_from and self.quiet_until else None
