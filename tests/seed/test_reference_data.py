"""The reference and demo lists under seed/ are complete, consistent and plainly fictional."""

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import NotRequired, TypedDict

import pytest
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent

from matching.text import load_segmenter, normalise
from matchmaker.indicators.targets import in_force, target_of

SEED = Path(__file__).resolve().parents[2] / "seed"

ANHUI = "340000"
COUNTIES_PER_CITY = {
    "合肥市": 9, "芜湖市": 7, "蚌埠市": 7, "淮南市": 7, "马鞍山市": 6, "淮北市": 4,
    "铜陵市": 4, "安庆市": 10, "黄山市": 7, "滁州市": 8, "阜阳市": 8, "宿州市": 5,
    "六安市": 7, "亳州市": 4, "池州市": 4, "宣城市": 7,
}  # fmt: skip
BUSINESS_ROLES = {"member", "manager", "broker", "officer", "director"}
ROLE_GROUPS = (BUSINESS_ROLES, {"auditor"}, {"admin"})  # 三权分立: never two groups in one user


class Region(TypedDict):
    """One row of regions.csv."""

    code: str
    name: str
    level: str
    parent: str


class Industry(TypedDict):
    """One entry of industries.json."""

    code: str
    name: str
    name_en: str
    parent: str | None
    keywords: list[str]


class Organization(TypedDict):
    """One entry of demo/organizations.json."""

    key: str
    name: str
    name_en: NotRequired[str]
    kind: str
    uscc: str
    region: str
    industries: list[str]
    tiers: list[str]
    requires_internal_review: bool


class Persona(TypedDict):
    """One entry of demo/personas.json."""

    key: str
    email: str
    name: str
    name_en: NotRequired[str]
    phone: str
    title: str
    organization: str
    roles: list[str]
    region: str | None
    summary: str


@pytest.fixture(scope="module")
def regions() -> dict[str, Region]:
    with (SEED / "regions.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            Region(code=row["code"], name=row["name"], level=row["level"], parent=row["parent"])
            for row in csv.DictReader(file)
        ]
    by_code = {row["code"]: row for row in rows}
    assert len(by_code) == len(rows), "a region code appears twice"
    return by_code


@pytest.fixture(scope="module")
def industries() -> dict[str, Industry]:
    rows: list[Industry] = json.loads((SEED / "industries.json").read_text(encoding="utf-8"))
    by_code = {row["code"]: row for row in rows}
    assert len(by_code) == len(rows), "an industry code appears twice"
    return by_code


@pytest.fixture(scope="module")
def organizations() -> dict[str, Organization]:
    text = (SEED / "demo" / "organizations.json").read_text(encoding="utf-8")
    rows: list[Organization] = json.loads(text)
    by_key = {row["key"]: row for row in rows}
    assert len(by_key) == len(rows), "an organization key appears twice"
    return by_key


@pytest.fixture(scope="module")
def personas() -> dict[str, Persona]:
    text = (SEED / "demo" / "personas.json").read_text(encoding="utf-8")
    rows: list[Persona] = json.loads(text)
    by_key = {row["key"]: row for row in rows}
    assert len(by_key) == len(rows), "a persona key appears twice"
    return by_key


def known_name(code: str) -> str | None:
    """Return the name python-stdnum gives a code in 2026, or None when the code is not in use."""
    try:
        name: str = ric.get_birth_place(f"{code}20260101")["county"]
    except (InvalidComponent, KeyError):  # KeyError: only the province is known
        return None
    return name


# Regions


def test_every_region_stands_under_its_parent(regions: dict[str, Region]) -> None:
    for code, region in regions.items():
        assert len(code) == 6
        assert code.isdigit()
        match region["level"]:
            case "province":
                assert (code[2:], region["parent"]) == ("0000", "")
            case "city":
                assert (code[4:], region["parent"]) == ("00", code[:2] + "0000")
            case "county":
                assert code[4:] != "00"
                assert region["parent"] == code[:4] + "00"
            case level:
                pytest.fail(f"{code} has the unknown level {level}")
        assert region["parent"] == "" or region["parent"] in regions


def test_all_provinces_are_there_and_only_anhui_is_divided(regions: dict[str, Region]) -> None:
    assert Counter(row["level"] for row in regions.values()) == {
        "province": 34,
        "city": 16,
        "county": 104,
    }
    assert {code[:2] for code, row in regions.items() if row["parent"]} == {ANHUI[:2]}


def test_each_city_has_its_counties(regions: dict[str, Region]) -> None:
    counted = Counter(
        regions[row["parent"]]["name"] for row in regions.values() if row["level"] == "county"
    )
    assert counted == COUNTIES_PER_CITY


def test_anhui_agrees_with_python_stdnum_both_ways(regions: dict[str, Region]) -> None:
    ours = {code: row["name"] for code, row in regions.items() if row["parent"]}
    theirs = {
        code: name
        for code in (str(number) for number in range(340100, 341900))
        if (name := known_name(code)) is not None
        and name != "市辖区"  # a filing heading, not a division with a government
    }
    assert ours == theirs


# Industries


def test_industries_have_two_levels(industries: dict[str, Industry]) -> None:
    top = {code for code, row in industries.items() if row["parent"] is None}
    assert len(top) == 20
    assert len(industries) - len(top) == 50
    for code, row in industries.items():
        if row["parent"] is not None:
            assert row["parent"] in top
            assert code.startswith(row["parent"] + "-")
    assert {row["parent"] for row in industries.values()} == top | {None}


def test_industries_are_named_in_both_languages(industries: dict[str, Industry]) -> None:
    for field in ("name", "name_en"):
        names = [row[field] for row in industries.values()]
        assert all(names)
        assert len(set(names)) == len(names)


def test_each_industry_has_enough_keywords(industries: dict[str, Industry]) -> None:
    for code, row in industries.items():
        keywords = row["keywords"]
        least, most = (8, 15) if row["parent"] is None else (25, 45)
        assert least <= len(keywords) <= most, code
        assert len(set(keywords)) == len(keywords), code
        assert all(len(word) >= 2 and word == "".join(word.split()) for word in keywords), code


def test_keywords_tell_industries_apart(industries: dict[str, Industry]) -> None:
    uses = Counter(word for row in industries.values() for word in row["keywords"])
    assert [word for word, count in uses.items() if count > 3] == []


# Demo organizations


def test_the_segmenter_knows_the_keywords(industries: dict[str, Industry]) -> None:
    keywords = {normalise(word) for row in industries.values() for word in row["keywords"]}
    chinese = {word for word in keywords if re.fullmatch("[a-z0-9]*[\u4e00-\u9fd5]{2,}", word)}
    assert len(chinese) > 1000
    assert {word for word in chinese if word not in load_segmenter().FREQ} == set()


def test_organizations_have_valid_and_distinct_credit_codes(
    organizations: dict[str, Organization],
) -> None:
    codes = [row["uscc"] for row in organizations.values()]
    assert [code for code in codes if not uscc.is_valid(code)] == []
    assert len(set(codes)) == len(codes)


def test_no_credit_code_can_belong_to_a_real_organization(
    organizations: dict[str, Organization],
) -> None:
    assert {row["uscc"][8:11] for row in organizations.values()} == {"DEM"}


def test_organizations_lie_in_known_regions_and_industries(
    organizations: dict[str, Organization],
    regions: dict[str, Region],
    industries: dict[str, Industry],
) -> None:
    for key, row in organizations.items():
        assert row["region"] in regions, key
        assert row["uscc"][2:8] == row["region"], key
        assert set(row["industries"]) <= set(industries), key


def test_every_industry_has_an_enterprise(
    organizations: dict[str, Organization], industries: dict[str, Industry]
) -> None:
    served = {
        code for row in organizations.values() if row["kind"] == "enterprise"
        for code in row["industries"]
    }  # fmt: skip
    assert {code for code, row in industries.items() if row["parent"]} <= served
    top = {code for code, row in industries.items() if row["parent"] is None}
    assert {f"ent-{code}" for code in top} <= set(organizations)


def test_every_kind_of_party_is_present(organizations: dict[str, Organization]) -> None:
    assert {row["kind"] for row in organizations.values()} == {
        "government", "enterprise", "university", "institute", "finance", "service", "adopter",
    }  # fmt: skip
    assert any(row["requires_internal_review"] for row in organizations.values())


def test_the_rivals_share_an_industry_but_not_a_county(
    organizations: dict[str, Organization],
) -> None:
    ours, rival = organizations["ent-nev"], organizations["ent-nev2"]
    assert set(ours["industries"]) & set(rival["industries"])
    assert ours["region"] == organizations["gov-feixi"]["region"] == "340123"
    assert rival["region"] != ours["region"]


# Personas


def test_personas_belong_to_demo_organizations(
    personas: dict[str, Persona],
    organizations: dict[str, Organization],
    regions: dict[str, Region],
) -> None:
    for key, row in personas.items():
        assert row["organization"] in organizations, key
        assert row["region"] is None or row["region"] in regions, key


def test_there_is_a_persona_for_every_role(personas: dict[str, Persona]) -> None:
    assert len(personas) == 9
    held = {role for row in personas.values() for role in row["roles"]}
    assert held == set().union(*ROLE_GROUPS)


def test_powers_never_meet_in_one_user(personas: dict[str, Persona]) -> None:
    for key, row in personas.items():
        assert sum(bool(group & set(row["roles"])) for group in ROLE_GROUPS) == 1, key


def test_regional_roles_have_a_region_and_others_none(personas: dict[str, Persona]) -> None:
    for key, row in personas.items():
        regional = bool({"officer", "director"} & set(row["roles"]))
        assert (row["region"] is not None) == regional, key


def test_personas_can_never_be_reached(personas: dict[str, Persona]) -> None:
    emails = [row["email"] for row in personas.values()]
    assert len(set(emails)) == len(emails)
    assert all(email.endswith("@demo.example.com") for email in emails)  # reserved by RFC 2606
    assert {row["phone"] for row in personas.values()} == {""}


def test_targets_are_of_known_regions_and_hold_from_their_year_on(
    regions: dict[str, Region],
) -> None:
    assert {target.region for target in in_force(2026)} <= set(regions)
    target = target_of("340000", 2026)
    assert target is not None
    assert (target.figure, target_of("340000", 2024)) == (100, None)
