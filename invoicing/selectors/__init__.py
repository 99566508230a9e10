from invoicing.selectors.voucher import voucher

__all__ = ["voucher"]
