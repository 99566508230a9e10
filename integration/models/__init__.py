from integration.models.client import ApiClient
from integration.models.connection import Connection, Direction
from integration.models.message import InboxMessage, InboxStatus
from integration.models.sent_envelope import SentEnvelope

__all__ = ["ApiClient", "Connection", "Direction", "InboxMessage", "InboxStatus", "SentEnvelope"]
