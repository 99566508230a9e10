"""X12 element 355 to UN/ECE Recommendation 20 and 21. Unknown codes stop; nothing defaults to each (EDI.md section 6).

X12 `CS` is a cassette although senders mean a case, so it is not in the table: a partner's profile says what it means.
"""

from collections.abc import Mapping

X12_TO_REC20 = {
    "EA": "EA", "PC": "H87", "UN": "C62", "CA": "XCS", "CT": "XCT", "BX": "XBX", "PK": "XPK", "PR": "PR", "DZ": "DZN",
    "GS": "GRO", "ST": "SET", "KT": "KT", "TH": "MIL", "LB": "LBR", "OZ": "ONZ", "KG": "KGM", "GR": "GRM", "TN": "STN",
    "MP": "TNE", "GA": "GLL", "QT": "QT", "PT": "PT", "LT": "LTR", "ML": "MLT", "HR": "HUR", "DA": "DAY", "MO": "MON",
    "YR": "ANN", "FT": "FOT", "IN": "INH", "YD": "YRD", "MR": "MTR", "CM": "CMT", "MM": "MMT", "LF": "LF", "SF": "FTK",
    "SY": "YDK", "SM": "MTK", "CF": "FTQ", "CR": "MTQ", "CY": "YDQ", "BF": "BFT", "PL": "XPX", "RL": "XRO", "BG": "XBG",
    "BO": "XBO", "DR": "XDR", "PA": "XPL", "JR": "XJR", "TB": "XTU", "CN": "XCX", "EV": "XEN", "SH": "XST", "BD": "XBE",
    "LO": "LO", "P1": "P1",
}  # fmt: skip
REC20_TO_X12 = {rec20: x12 for x12, rec20 in X12_TO_REC20.items()}


def from_x12(code: str, overrides: Mapping[str, str]) -> str | None:
    """Return the Rec 20 or 21 code of an X12 unit; the partner's own meaning of a code goes first.

    Nothing is guessed: a code neither table has is unknown, and is never read as each.
    """
    return overrides.get(code) or X12_TO_REC20.get(code)


def to_x12(code: str, overrides: Mapping[str, str]) -> str | None:
    """Return the X12 unit of a Rec 20 or 21 code, by the partner's own table first."""
    partner = {rec20: x12 for x12, rec20 in overrides.items()}
    return partner.get(code) or REC20_TO_X12.get(code)
