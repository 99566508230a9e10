"""X12 element 355 to UN/ECE Recommendation 20 and 21. Unknown codes stop; nothing defaults to each (EDI.md section 6)."""

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
