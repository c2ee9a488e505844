"""What lies over a scheme: whose value counts, and what is refused, each with file, line and reason."""

import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.overrides import Override
from services.schemes import SCHEMES, Library, PackError
from tests.schemes.builders import HOUSE, RULE, STANDARD, compared, lay, parameter, setting


def refused(root: Path) -> tuple[str, str, str]:
    """File, the text of the line, and reason with which a folder of packs is refused."""
    with pytest.raises(PackError) as error:
        Library.load(root)
    found = error.value
    return found.path.name, found.path.read_text(encoding="utf-8").splitlines()[found.line - 1].strip(), found.reason


# --- whose value counts (R:2) -----------------------------------------------------------------------------

SERVICE, TEA, DEMO = ("service", "1.0"), ("tea", "1.0"), ("demo-service", "1.0")


def test_a_trades_pack_comes_before_the_bodys_own_rules(tmp_path: Path) -> None:
    """R:2."""
    lay(tmp_path, HOUSE, overrides=setting(cycle__reaudit_days=60, cycle__suspension_days=80))
    lay(tmp_path, RULE, overrides=setting(cycle__reaudit_days=45))
    rules = Library.load(tmp_path).packs(SERVICE, TEA, DEMO).scheme.rules()
    assert (rules.cycle.reaudit_days, rules.cycle.suspension_days) == (45, 80)
    assert rules.origins["/cycle/reaudit_days"] == "tea 1.0"
    assert rules.origins["/cycle/suspension_days"] == "demo-service 1.0"


def test_a_value_inside_of_what_is_replaced_whole_is_nobodys_any_more(tmp_path: Path) -> None:
    bands = [{"people_from": 0, "initial": 8, "surveillance": 3}]
    lay(tmp_path, HOUSE, overrides=setting(planning__person_days__0__initial=10))
    lay(tmp_path, RULE, overrides=setting(planning__person_days=bands))
    scheme = Library.load(tmp_path).packs(SERVICE, TEA, DEMO).scheme
    assert [one.initial for one in scheme.planning.person_days] == [8]
    assert [path for path in scheme.origins if path.startswith("/planning")] == ["/planning/person_days"]


def test_packs_are_laid_over_each_other_once(tmp_path: Path) -> None:
    lay(tmp_path, RULE, overrides=setting(cycle__reaudit_days=45))
    library = Library.load(tmp_path)
    assert library.packs(SERVICE, TEA) is library.packs(SERVICE, TEA)
    assert library.packs(SERVICE, TEA) is not library.packs(SERVICE, None)


def test_the_scheme_itself_stays_as_it_is(tmp_path: Path) -> None:
    lay(tmp_path, RULE, overrides=setting(cycle__reaudit_days=45))
    library = Library.load(tmp_path)
    library.packs(SERVICE, TEA)
    assert library.scheme(*SERVICE).cycle.reaudit_days == 90


# --- a corrected reading is a new pack --------------------------------------------------------------------


def test_a_new_edition_borrows_what_it_does_not_change(tmp_path: Path) -> None:
    parts = ("stages", "clauses", "waits", "planning", "reminders", "documents", "errata", "catalogue", "coverage")
    borrows = dict.fromkeys(parts, "service/1.0")
    borrows |= {"heads": "general-requirements/1.0", "checklist": "general-requirements/1.0"}
    head = {"id": "service", "version": "1.1", "kind": "service", "title": {"zh": "服务", "en": "Service"}}
    folder = tmp_path / "service" / "1.1"
    folder.mkdir(parents=True)
    whole = yaml.safe_dump({**head, "valid_from": "2027-01-01", "borrows": borrows}, allow_unicode=True)
    (folder / "scheme.yaml").write_text(whole, encoding="utf-8")
    library = Library.load()
    cycle = library.scheme(*SERVICE).cycle.model_dump() | {"reaudit_days": 60}
    (folder / "cycle.yaml").write_text(yaml.safe_dump(cycle), encoding="utf-8")
    edition = Library.load(tmp_path).scheme("service", "1.1")
    assert (edition.cycle.reaudit_days, edition.waits) == (60, library.scheme(*SERVICE).waits)
    assert edition.rules().origins["/waits"] == "service 1.0"


# --- overrides that do not fit ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pack", [RULE, HOUSE, STANDARD | {"parameters": [parameter("a", "1", compared("mandatory", "2"))]}]
)
def test_an_override_of_nothing_is_refused_at_its_line(tmp_path: Path, pack: dict[str, Any]) -> None:
    file = lay(tmp_path, pack, overrides=setting(cycle__surveillances=2, cycle__moons=3))
    told = refused(tmp_path)
    assert told == (file.name, "- path: /cycle/moons", "/cycle/moons is no parameter of the scheme")


@pytest.mark.parametrize(
    ("overrides", "line", "reason"),
    [
        (
            {"cycle__reaudit_days": "long"},
            "- path: /cycle/reaudit_days",
            "cycle.reaudit_days: Input should be a valid integer",
        ),
        ({"cycle__reaudit_days": 0}, "- path: /cycle/reaudit_days", "reaudit_days is 0"),
        (
            {"catalogue__thresholds__total": "101"},
            "- path: /catalogue/thresholds/total",
            "101 is above 100",
        ),
        (
            {"waits__audit.plan__lapse": "rejected"},
            "- path: /waits/audit.plan/lapse",
            "audit.plan knows no other end of its limit than escalate",
        ),
        (
            {"planning__person_days__2__people_from": 50},
            "- path: /planning/person_days/2/people_from",
            "bands start at 0 people and ascend",
        ),
        (
            {"waits__decision.make__role": "applicant"},
            "- path: /waits/decision.make/role",
            "decision.make asks the decision_maker, not the applicant",
        ),
        (
            {"waits__rectification.submit__reminders": [], "waits__rectification.submit__limit": None},
            "- path: /waits/rectification.submit/limit",
            None,
        ),
        (
            {"waits__audit.mystery_visit__limit": {"amount": 10, "unit": "working_days"}},
            "- path: /waits/audit.mystery_visit/limit",
            "audit.mystery_visit has no limit: its due date would tell the client of a mystery visit",
        ),
        ({"planning__grid": "4"}, "- path: /planning/grid", "steps of 4 give no total from 9 to 11.7"),
        ({"clauses__0__title": "x"}, "- path: /clauses/0/title", None),
    ],
)
def test_an_override_that_does_not_fit_is_refused_at_its_line(
    tmp_path: Path, overrides: dict[str, Any], line: str, reason: str | None
) -> None:
    lay(tmp_path, RULE, overrides=setting(cycle__surveillances=2, **overrides))
    told_file, told_line, told = refused(tmp_path)
    assert (told_file, told_line) == ("special_rule.yaml", line)
    assert reason in {None, told}


def test_overrides_are_judged_together(tmp_path: Path) -> None:
    bands = {"planning__person_days__1__people_from": 600, "planning__person_days__2__people_from": 700}
    lay(tmp_path, RULE, overrides=setting(**bands))
    assert Library.load(tmp_path).packs(SERVICE, TEA).scheme.planning.person_days[1].people_from == 600


def test_a_parameter_is_set_once(tmp_path: Path) -> None:
    lay(tmp_path, RULE, overrides=[*setting(cycle__reaudit_days=45), *setting(cycle__reaudit_days=46)])
    assert refused(tmp_path) == ("special_rule.yaml", "- path: /cycle/reaudit_days", "/cycle/reaudit_days stands twice")


def test_a_bodys_rules_go_with_every_trades_pack(tmp_path: Path) -> None:
    bands = [{"people_from": 0, "initial": 8, "surveillance": 3}]
    lay(tmp_path, HOUSE, overrides=setting(planning__person_days=bands))
    lay(tmp_path, RULE, overrides=setting(planning__person_days__2__initial=20))
    reason = "with tea 1.0: /planning/person_days/2/initial is no parameter of the scheme"
    assert refused(tmp_path) == ("house_rules.yaml", "overrides:", reason)


@pytest.mark.parametrize(
    ("readings", "line", "reason"),
    [
        ({"credit-strictness": "kind"}, "credit-strictness: kind", "erratum credit-strictness lists no reading kind"),
        ({"no-erratum": "literal"}, "no-erratum: literal", "erratum no-erratum lists no reading literal"),
    ],
)
def test_a_body_chooses_only_readings_that_are_listed(
    tmp_path: Path, readings: dict[str, str], line: str, reason: str
) -> None:
    lay(tmp_path, HOUSE, readings=readings)
    assert refused(tmp_path) == ("house_rules.yaml", line, f"service 1.0: {reason}")


def test_a_pack_for_a_scheme_that_is_not_there_is_refused(tmp_path: Path) -> None:
    lay(tmp_path, RULE, scheme="spa")
    assert refused(tmp_path) == ("special_rule.yaml", "scheme: spa", "there is no scheme spa")


def test_a_pack_stands_once(tmp_path: Path) -> None:
    lay(tmp_path, RULE, id="example-heritage-hotel")
    assert refused(tmp_path)[2] == "example-heritage-hotel 1.0 stands twice"


def test_a_body_has_one_set_of_rules_from_a_day_on(tmp_path: Path) -> None:
    lay(tmp_path, HOUSE)
    lay(tmp_path, HOUSE, id="demo-later", valid_from="2026-01-02")
    lay(tmp_path, HOUSE, id="other-service", body="other")
    lay(tmp_path, HOUSE, id="demo-product", scheme="product")
    Library.load(tmp_path)
    lay(tmp_path, HOUSE, version="1.1")
    reason = "demo has other rules for service from 2026-01-01 on"
    assert refused(tmp_path) == ("house_rules.yaml", "valid_from: '2026-01-01'", reason)


@pytest.mark.parametrize("title", [{"zh": "茶", "en": "Example: tea"}, {"zh": "示例：茶", "en": "Tea"}])
def test_the_title_of_an_example_says_that_it_is_one(tmp_path: Path, title: dict[str, str]) -> None:
    lay(tmp_path, RULE, example=True, title=title)
    assert "the title of an example begins with 示例 and Example" in refused(tmp_path)[2]


def test_an_item_of_no_points_is_refused(tmp_path: Path) -> None:
    nothing = RULE["items"][0] | {"id": "b", "points": "0"}
    lay(tmp_path, RULE, items=[RULE["items"][0], nothing])
    assert refused(tmp_path) == ("special_rule.yaml", "points: '0'", "b can earn nothing")


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="is no folder of packs"):
        Library.load(tmp_path / "none")


# --- what G:5 asks of a standard --------------------------------------------------------------------------

BEATS = compared("mandatory", "5")


@pytest.mark.parametrize(
    ("scheme", "parameters", "reason"),
    [
        # each parameter beats the mandatory standard
        ("product", [parameter("a", "5", BEATS)], "a does not beat X"),
        ("product", [parameter("a", "6", BEATS)], "a does not beat X"),
        ("product", [parameter("a", "5", BEATS, better="higher")], "a does not beat X"),
        # something is compared with it
        (
            "product",
            [parameter("a", "4", compared("national", "5"), key=True)],
            "no parameter is compared with a standard of level mandatory",
        ),
        # some key indicators reach international, national or trade standards
        (
            "product",
            [parameter("a", "4", BEATS)],
            "no key parameter is compared with a standard of level international, national, industry",
        ),
        (
            "product",
            [parameter("a", "4", BEATS, compared("industry", "4"))],
            "no key parameter is compared with a standard of level international, national, industry",
        ),
        (
            "product",
            [parameter("a", "4", BEATS, compared("national", "3", "Y"), key=True)],
            "no key parameter reaches any of Y",
        ),
        # whoever reaches one has to be a key parameter
        (
            "product",
            [
                parameter("a", "4", BEATS, compared("national", "3", "Y"), key=True),
                parameter("b", "4", BEATS, compared("national", "4", "Y")),
            ],
            "no key parameter reaches any of Y",
        ),
        # farm products beat the food-safety standards
        ("agricultural-product", [parameter("a", "5", compared("food_safety", "5"))], "a does not beat X"),
        (
            "agricultural-product",
            [parameter("a", "4", BEATS)],
            "no parameter is compared with a standard of level food_safety",
        ),
        # services have no such standard
        (
            "service",
            [parameter("a", "4", BEATS)],
            "a scheme of kind service is certified by a special rule, not by a standard",
        ),
    ],
)
def test_a_standard_that_asks_less_than_g_5_is_refused(
    tmp_path: Path, scheme: str, parameters: list[dict[str, Any]], reason: str
) -> None:
    """G:5, G:5a-b."""
    lay(tmp_path, STANDARD, scheme=scheme, parameters=parameters)
    file, _, told = refused(tmp_path)
    assert (file, told) == ("standard.yaml", reason)


@pytest.mark.parametrize(
    ("scheme", "parameters"),
    [
        # equal to a national standard is enough for a key indicator
        ("product", [parameter("a", "4", BEATS, compared("national", "4"), key=True)]),
        # one of the levels is enough
        ("product", [parameter("a", "4", BEATS, compared("international", "3"), compared("industry", "5"), key=True)]),
        # some key indicators reach, another falls short
        (
            "product",
            [
                parameter("a", "4", BEATS, compared("international", "4"), key=True),
                parameter("b", "4", BEATS, compared("national", "3"), key=True),
            ],
        ),
        # some of the key indicators are compared
        (
            "product",
            [parameter("a", "4", BEATS, compared("industry", "4"), key=True), parameter("b", "4", BEATS, key=True)],
        ),
        # farm products need no key indicators
        ("agricultural-product", [parameter("a", "4.9", compared("food_safety", "5"))]),
        ("agricultural-product", [parameter("a", "5.1", compared("food_safety", "5"), better="higher")]),
    ],
)
def test_a_standard_that_asks_enough_is_taken(tmp_path: Path, scheme: str, parameters: list[dict[str, Any]]) -> None:
    """G:5, G:5a-b."""
    lay(tmp_path, STANDARD, scheme=scheme, parameters=parameters)
    assert Library.load(tmp_path).trade_pack("noodles", "1.0").scheme == scheme


def test_a_special_rule_for_a_scheme_without_points_is_refused(tmp_path: Path) -> None:
    lay(tmp_path, RULE, scheme="product")
    assert refused(tmp_path) == (
        "special_rule.yaml",
        "scheme: product",
        "product 1.0 has no points: it takes a standard",
    )


def test_an_override_names_a_parameter() -> None:
    with pytest.raises(ValueError, match="pattern"):
        Override(path="/errata/0/reading", value=1)


# --- the examples of the documentation --------------------------------------------------------------------

PAGE = (SCHEMES.parent / "docs" / "packs.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n# packs/(\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_documentation_are_sound(tmp_path: Path) -> None:
    assert [path for path, _ in EXAMPLES] == ["demo-service/1.0/house_rules.yaml", "service/1.1/scheme.yaml"]
    for path, text in EXAMPLES:
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    shutil.copy(SCHEMES / "service" / "1.0" / "errata.yaml", tmp_path / "service" / "1.1")
    library = Library.load(tmp_path)
    house = library.house_rules_of("demo", "service", date(2027, 1, 1))
    assert house is not None
    assert house.readings == {"credit-strictness": "serious-only"}
    assert library.scheme("service", "1.1").waits == library.scheme(*SERVICE).waits
