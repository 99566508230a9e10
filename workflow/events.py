"""What the orchestration layer tells the others."""

from dataclasses import dataclass
from typing import ClassVar

from foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOpened(Event):
    """People were asked. Metrics measure turnaround from here (MX-2)."""

    kind: ClassVar[str] = "workflow.step.opened"
    subject_type: ClassVar[str] = "step"

    rule: str
    label: str
    due_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDecided(Event):
    """A stage ended; `verdict` is approved or rejected, `voice` for whom a deputy decided (AP-5)."""

    kind: ClassVar[str] = "workflow.step.decided"
    subject_type: ClassVar[str] = "step"

    rule: str
    label: str
    verdict: str
    opened_at: str
    voice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepInformed(Event):
    """People are told of a request, and nothing waits for them (AP-2)."""

    kind: ClassVar[str] = "workflow.step.informed"
    subject_type: ClassVar[str] = "step"

    rule: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAdded(Event):
    """Somebody added an approver besides the policy's (AP-6); `place` is before or after the stage that was open."""

    kind: ClassVar[str] = "workflow.step.added"
    subject_type: ClassVar[str] = "step"

    label: str
    person_id: int
    place: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEscalated(Event):
    """More people are asked because a stage took too long; `rung` is the rung, `people` their ids (AP-5)."""

    kind: ClassVar[str] = "workflow.step.escalated"
    subject_type: ClassVar[str] = "step"

    label: str
    rung: str
    people: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMoved(Event):
    """A task went from one person to another: to a deputy and back (AP-5). Persons by id; `owner_id` is whose voice it is."""

    kind: ClassVar[str] = "workflow.task.moved"
    subject_type: ClassVar[str] = "step"

    label: str
    person_id: int
    before_id: int
    owner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSeatedAnew(Event):
    """Who a stage asked lost the role or left, so it asks who holds it now; persons by id (AP-2, AP-3).

    `version` is the person whose change it was, so that two changes at one instant are two events.
    """

    kind: ClassVar[str] = "workflow.step.seated_anew"
    subject_type: ClassVar[str] = "step"

    label: str
    before: tuple[int, ...]
    people: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalClosed(Event):
    """A request ended: approved, rejected or withdrawn; touchless when the policy itself decided (AP-8)."""

    kind: ClassVar[str] = "workflow.approval.closed"
    subject_type: ClassVar[str] = "approval"

    outcome: str
    touchless: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(Event):
    """Somebody asked, answered or noted something on a document; the text stays in the thread."""

    kind: ClassVar[str] = "workflow.message.sent"
    subject_type: ClassVar[str] = "message"

    about_type: str
    about_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureAsked(Event):
    """Somebody did both duties of a compensated pair; a second person is asked (SD-1)."""

    kind: ClassVar[str] = "workflow.signature.asked"
    subject_type: ClassVar[str] = "signature"

    duty: str
    held: str
    due_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureClosed(Event):
    """A second person signed or refused, or what was to be signed was taken back: the outcome is its state."""

    kind: ClassVar[str] = "workflow.signature.closed"
    subject_type: ClassVar[str] = "signature"

    duty: str
    held: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(Event):
    """An exception waits for a person (EX-1)."""

    kind: ClassVar[str] = "workflow.case.opened"
    subject_type: ClassVar[str] = "case"

    category: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAssigned(Event):
    """An exception was given to a person (EX-1)."""

    kind: ClassVar[str] = "workflow.case.assigned"
    subject_type: ClassVar[str] = "case"

    owner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRerouted(Event):
    """An exception was handed on to another role; `label` is what the role is called (EX-1)."""

    kind: ClassVar[str] = "workflow.case.rerouted"
    subject_type: ClassVar[str] = "case"

    label: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed(Event):
    """An exception was resolved by a person or closed itself (EX-2)."""

    kind: ClassVar[str] = "workflow.case.closed"
    subject_type: ClassVar[str] = "case"

    category: str
    outcome: str
    cured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowerAdded(Event):
    """Somebody lets another person be told what becomes of a document (AP-2)."""

    kind: ClassVar[str] = "workflow.follower.added"
    subject_type: ClassVar[str] = "follower"

    person_id: int
    about_type: str
    about_id: int
