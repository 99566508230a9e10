from procurement.validators.lines import MAX_LINES, validate_need_by, validate_price, validate_quantity

__all__ = ["MAX_LINES", "validate_need_by", "validate_price", "validate_quantity"]
