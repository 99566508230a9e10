"""Code lists the rules name. Lists that EN 16931 leaves open to their keeper's next edition are not copied here."""

from babel import Locale

INVOICE_TYPES = {
    "71", "80", "82", "84", "102", "218", "219", "326", "331", "380", "382", "383", "384", "385", "386", "387", "388",
    "389", "390", "393", "394", "395", "456", "457", "458", "527", "553", "575", "623", "633", "751", "780", "817", "870",
    "875", "876", "877", "935",
}  # fmt: skip
CREDIT_TYPES = {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"}
PEPPOL_INVOICE_TYPES = {
    "71", "80", "82", "84", "102", "218", "219", "326", "331", "380", "382", "383", "384", "386", "388", "393", "395",
    "553", "575", "623", "780", "817", "870", "875", "876", "877",
}  # fmt: skip
PEPPOL_CREDIT_TYPES = {"381", "396", "81", "83", "532"}
TAX_CATEGORIES = {"AE", "L", "M", "E", "S", "Z", "G", "O", "K", "B"}  # of UNCL 5305
ALLOWANCE_REASONS = {  # of UNCL 5189
    "41", "42", "60", "62", "63", "64", "65", "66", "67", "68", "70", "71", "88", "95", "100", "102", "103", "104", "105",
}  # fmt: skip
CHARGE_REASONS = frozenset(  # of UNCL 7161; written as words because it is one long list
    """AA AAA AAC AAD AAE AAF AAH AAI AAS AAT AAV AAY AAZ ABA ABB ABC ABD ABF ABK ABL ABN ABR ABS ABT ABU ACF ACG ACH
    ACI ACJ ACK ACL ACM ACS ADC ADE ADJ ADK ADL ADM ADN ADO ADP ADQ ADR ADT ADW ADY ADZ AEA AEB AEC AED AEF AEH AEI AEJ
    AEK AEL AEM AEN AEO AEP AES AET AEU AEV AEW AEX AEY AEZ AJ AU CA CAB CAD CAE CAF CAI CAJ CAK CAL CAM CAN CAO CAP CAQ
    CAR CAS CAT CAU CAV CAW CAX CAY CAZ CD CG CS CT DAB DAC DAD DAF DAG DAH DAI DAJ DAK DAL DAM DAN DAO DAP DAQ DL EG EP
    ER FAA FAB FAC FC FH FI GAA HAA HD HH IAA IAB ID IF IR IS KO L1 LA LAA LAB LF MAE MI ML NAA OA PA PAA PC PL PRV RAB
    RAC RAD RAF RE RF RH RV SA SAA SAD SAE SAI SG SH SM SU TAB TAC TT TV V1 V2 WH XAA YY ZZZ""".split()  # noqa: SIM905 - readable
)
ATTACHMENTS = {
    "application/pdf", "image/png", "image/jpeg", "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet",
}  # fmt: skip
PERIOD_CODES = {"3", "35", "432"}  # of UNCL 2005: when tax falls due
# Regions of the locale data that ISO 3166-1 does not assign; 1A (Kosovo) and XI (Northern Ireland) are EN 16931's own.
_NO_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
_REGIONS = {str(code) for code in Locale("en").territories}
COUNTRIES = {code for code in _REGIONS if len(code) == 2 and code.isalpha()} - _NO_COUNTRIES | {"1A", "XI"}
