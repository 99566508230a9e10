"""SU-3: which suppliers look like one company, and by what. Rows as a supplier manager reads them."""

import random
from itertools import pairwise

import pytest

from suppliers.decisions.duplicate_evaluation import evaluate_pairs
from suppliers.decisions.duplicates import (
    ADDRESS,
    BANK,
    DOMAIN,
    MOST_SHARING,
    PHONE,
    TAX,
    Company,
    address_key,
    domain_key,
    phone_key,
    suspicions,
    tax_key,
)
from suppliers.decisions.names import fold, skeleton
from suppliers.decisions.similar_names import alike, likeness, trigrams, weights_of

NAMES = [
    "Northern Bolt Ltd", "NORTHERN BOLTS LIMITED", "Southern Bolt Ltd", "Calder Fixings GmbH", "Calder Fixings", "Acme Inc.",
    "Zephyr Paper Company", "Hallam Packaging plc", "Oxford Round Table", "Guillevin International Co.", "QRX Technology",
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("ÉCLAIRAGE Müller & Söhne GmbH", ["eclairage muller and sohne"]),
        ("The Coca-Cola Company", ["coca cola"]),
        ("A.B.C. Company", ["abc"]),
        ("Goldman Sachs & Co. L.L.C.", ["goldman sachs"]),
        ("Limited", ["limited"]),
        ("Limited Editions Ltd", ["limited editions"]),
        ("Co-op Bank p.l.c.", ["co op bank"]),
        ("614128 Ontario Ltd O/A Trisan Construction", ["614128 ontario", "trisan construction"]),
        ("Hill Foods t/a Dale Foods Ltd.", ["hill foods", "dale foods"]),
        ("Vesta (formerly Rowan Ltd)", ["vesta", "rowan"]),
        ("J Smith c/o Brown & Co", ["j smith", "brown"]),
        ("faberlic europe Sp. z o.o.", ["faberlic europe"]),
        ("Газпром", ["gazprom"]),
        ("株式会社トヨタ", ["株式会社トヨタ"]),
        ("...", [""]),
    ],
)
def test_fold(name: str, folded: list[str]) -> None:
    assert list(fold(name).all) == folded


@pytest.mark.parametrize(
    ("make", "written", "compared"),
    [
        (tax_key, "GB 123 4567 89", "123456789"), (tax_key, "123456789", "123456789"), (tax_key, "000000000", ""),
        (tax_key, "n/a", ""),
        (phone_key, "+44 (0)113 496 0123", "134960123"), (phone_key, "0113 496 0123 ext. 12", "134960123"),
        (phone_key, "12345", ""),
        (domain_key, "orders@mail.acme.co.uk", "acme.co.uk"), (domain_key, "https://www.acme.com/x", "acme.com"),
        (domain_key, "acme.ltd@gmail.com", ""), (domain_key, "", ""),
        (address_key, "316 N. Pulaski Rd", "316 north pulaski road"), (address_key, "Leeds", ""),
    ],
)  # fmt: skip
def test_attribute_is_compared_as(make: object, written: str, compared: str) -> None:
    assert callable(make)
    assert make(written) == compared


def company(key: int, name: str, **attributes: str) -> Company:
    return Company(key, name, {kind: frozenset({value}) for kind, value in attributes.items()})


@pytest.mark.parametrize(
    ("_case", "first", "second", "found"),
    [
        ("SU-3 names and a telephone", ("Northern Bolt Ltd", {PHONE: "113"}), ("Northern Bolts Limited", {PHONE: "113"}), [PHONE]),
        ("SU-3 names alone say so", ("Calder Fixings GmbH", {}), ("CALDER FIXINGS", {}), []),
        ("a telephone alone is nothing", ("Northern Bolt", {PHONE: "113"}), ("Zephyr Paper", {PHONE: "113"}), None),
        ("a bank account is worth a look", ("Northern Bolt", {BANK: "x1234"}), ("Zephyr Paper", {BANK: "x1234"}), [BANK]),
        ("all that is shared, strongest first", ("Acme", {DOMAIN: "a.com", TAX: "123456"}), ("Acme Inc", {DOMAIN: "a.com", TAX: "123456"}), [TAX, DOMAIN]),
        ("other names are other companies", ("Northern Bolt", {PHONE: "113"}), ("Southern Paper", {PHONE: "114"}), None),
    ],
)  # fmt: skip
def test_suspicion(
    _case: str, first: tuple[str, dict[str, str]], second: tuple[str, dict[str, str]], found: list[str] | None
) -> None:
    others = [company(10 + place, name, **{ADDRESS: f"{place} street"}) for place, name in enumerate(NAMES[5:])]

    pairs = list(suspicions([company(1, first[0], **first[1]), company(2, second[0], **second[1]), *others]))

    told = [[one.kind for one in pair.evidence] for pair in pairs if (pair.first, pair.second) == (1, 2)]
    assert told == ([] if found is None else [found])


def test_bank_account_is_shown_by_its_last_four() -> None:
    (pair,) = suspicions(
        [company(1, "Acme", bank="GB29NWBK60161331926819"), company(2, "Bolt", bank="GB29NWBK60161331926819")]
    )

    assert [one.words for one in pair.evidence] == ["the same bank account: ends 6819"]


def test_attribute_of_too_many_is_no_evidence() -> None:
    crowd = [
        company(key, f"Tenant {'abcdefghijklmnopqrstuvwxyz'[key]}lpha", bank="FACTOR")
        for key in range(MOST_SHARING + 1)
    ]

    assert [pair for pair in suspicions(crowd) if pair.evidence] == []


def test_names_in_look_alike_letters_are_shown() -> None:
    (pair,) = suspicions([company(1, "ACME"), company(2, "\u0410\u0421\u041c\u0415")])

    assert (pair.looks_the_same, skeleton("\u0410\u0421\u041c\u0415")) == (True, "acme")


def test_index_finds_exactly_what_comparing_all_with_all_finds() -> None:
    chance = random.Random(11)  # noqa: S311 - the same names every time
    words = [
        "north",
        "bolt",
        "paper",
        "steel",
        "calder",
        "hallam",
        "pack",
        "fix",
        "tool",
        "oil",
        "gas",
        "rope",
        "valve",
    ]
    names = [
        " ".join(chance.choices(words, k=chance.randint(1, 4))) + chance.choice(["", "s", "x"]) for _ in range(150)
    ]

    for threshold in (0.4, 0.8):
        found = {(p.first, p.second) for p in alike(names, threshold)}
        weights = weights_of(names)
        every = {
            (a, b)
            for b in range(len(names))
            for a in range(b)
            if weights.cosine(*(grams(names[x]) for x in (a, b))) >= threshold
        }
        assert found == every


def grams(name: str) -> frozenset[str]:
    return trigrams(fold(name).words)


def test_common_words_count_little() -> None:
    names = [f"{name} Construction Services" for name in ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir")]
    weights = weights_of(names)

    assert likeness(names[0], names[1], weights) < 0.4 < likeness("Alder Construction", names[0], weights)


def test_evaluation_chooses_on_one_half_and_measures_on_the_other() -> None:
    rows = [{"name1": f"{name} Ltd", "name2": f"{name.upper()} Limited", "is_match": "true"} for name in NAMES]
    rows += [{"name1": a, "name2": b, "is_match": "false"} for a, b in pairwise(NAMES[5:])]

    told = evaluate_pairs(rows)

    assert (told["recall"], told["pairs"], told["measured_on"]) == (1.0, 6, "test half")
