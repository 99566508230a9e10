from integration.models.connection import Connection, Direction
from integration.models.message import InboxMessage, InboxStatus

__all__ = ["Connection", "Direction", "InboxMessage", "InboxStatus"]
