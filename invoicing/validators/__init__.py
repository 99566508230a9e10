from invoicing.validators.command import check_command, check_number
from invoicing.validators.entry import BillEntry, StrictDecimalField, command_from

__all__ = ["BillEntry", "StrictDecimalField", "check_command", "check_number", "command_from"]
