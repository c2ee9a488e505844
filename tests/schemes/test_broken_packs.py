"""Broken packs: each is refused with the file, the line and the reason."""

import shutil
from pathlib import Path

import pytest

from services.schemes import SCHEMES, PackError, load_laid_over, load_scheme

QUOTES = 'points are a plain decimal in quotes, for instance "0.5"'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(SCHEMES, tmp_path / "packs") / "service" / "1.0"


@pytest.fixture
def rule_folder(tmp_path: Path) -> Path:
    own = Path("example-heritage-hotel", "1.0")
    return shutil.copytree(SCHEMES / own, tmp_path / own)


def broken(folder: Path, file: str, old: str, new: str) -> tuple[str, str, str]:
    """Change the first `old` in the file; give the error's file, the text of its line, and its reason."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    load = (lambda one: load_laid_over(one / file)) if file == "special_rule.yaml" else load_scheme
    with pytest.raises(PackError) as refused:
        load(folder)
    error = refused.value
    assert str(error) == f"{error.path}:{error.line}: {error.reason}"
    return error.path.name, error.path.read_text(encoding="utf-8").splitlines()[error.line - 1], error.reason


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "reason"),
    [
        ("cycle.yaml", "surveillances: 2", "surveilances: 2", "validity_years", "cycle.surveillances is missing"),
        ("cycle.yaml", "surveillances: 2", "surveillances: 2\nextra: 1", "extra: 1", "unknown key cycle.extra"),
        (
            "cycle.yaml",
            "surveillances: 2",
            "surveillances: 2\nsurveillances: 4",
            "surveillances: 4",
            "key surveillances stands twice",
        ),
        (
            "waits.yaml",
            "lapse: rejected",
            "lapse: terminated",
            "lapse: terminated",
            "application.supplement knows no other end of its limit than rejected or escalate",
        ),
        (
            "waits.yaml",
            "reminders: [5, 0], lapse: escalate",
            "reminders: [5, 0], lapse: rejected",
            "lapse: rejected",
            "audit.plan knows no other end of its limit than escalate",
        ),
        (
            "cycle.yaml",
            "reaudit_days: 90",
            "reaudit_days: 90.5",
            "90.5",
            "90.5 is a binary fraction; write it as a decimal in quotes",
        ),
        (
            "cycle.yaml",
            "reaudit_days: 90",
            "reaudit_days: 0x5A",
            "0x5A",
            "0x5A is ambiguous YAML (tag:yaml.org,2002:int); put it in quotes",
        ),
        (
            "cycle.yaml",
            "reaudit_days: 90",
            "reaudit_days: yes",
            "yes",
            "yes is ambiguous YAML (tag:yaml.org,2002:bool); put it in quotes",
        ),
        (
            "cycle.yaml",
            "reaudit_days: 90",
            f"reaudit_days: {'9' * 5000}",
            "reaudit_days",
            "a number of 5000 digits is more than any rule gives",
        ),
        ("cycle.yaml", "reaudit_days: 90", "reaudit_days: 090", "090", None),
        (
            "cycle.yaml",
            "validity_years: 3",
            "validity_years: 99999",
            "99999",
            "cycle.validity_years: Input should be less than or equal to 10",
        ),
        (
            "cycle.yaml",
            "reaudit_days: 90",
            "reaudit_days: 9999999",
            "9999999",
            "cycle.reaudit_days: Input should be less than or equal to 3660",
        ),
        (
            "reminders.yaml",
            "[90,",
            "[9999999, 90,",
            "9999999",
            "reminders.0: Input should be less than or equal to 3660",
        ),
        ("cycle.yaml", "reaudit_days: 90", "90: 90", "90: 90", "key 90 is no text; put it in quotes"),
        (
            "cycle.yaml",
            "reaudit_days: 90",
            "reaudit_days: !x 90",
            "!x 90",
            "90 is ambiguous YAML (!x); put it in quotes",
        ),
        (
            "planning.yaml",
            "people_from: 0",
            "people_from: &a 0, x: *a",
            "&a 0",
            "anchors and aliases are not used in packs",
        ),
        (
            "planning.yaml",
            "people_from: 0,",
            "people_from: 0, people: 1,",
            "people: 1",
            "unknown key planning.person_days.0.people",
        ),
        ("waits.yaml", "unit: working_days}", "unit: working_days, of: 1}", "of: 1", "unknown key waits.0.limit.of"),
        (
            "waits.yaml",
            "kind: audit.report",
            "kind: audit.open",
            'role: leader, clause: "R:7/7.4.4"',
            "audit.open stands twice",
        ),
        (
            "waits.yaml",
            "kind: audit.report",
            "kind: audit.rapport",
            "application.review",
            "nothing is said of the task audit.report",
        ),
        (
            "waits.yaml",
            "title: {zh: 记录首次会议",
            "reminders: [1], title: {zh: 记录首次会议",
            "audit.open",
            "audit.open has reminders but no limit",
        ),
        ("waits.yaml", '"R:10/9.2"', '"R:10/9.9"', "R:10/9.9", "clause R:10/9.9 is not defined"),
        ("errata.yaml", '"R:10/9.4f"', '"R:10/9.4z"', "R:10/9.4z", "clause R:10/9.4z is not defined"),
        ("clauses.yaml", '"R:7/7.4.1a"', '"R:7/7.4.1b"', "文件符合依据", "R:7/7.4.1b stands twice"),
        ("clauses.yaml", '"R:C"', '"X:C"', "X:C", None),
        (
            "errata.yaml",
            "id: cap,",
            "id: capped,",
            "appendix-b-points",
            "appendix-b-points must list exactly cap, normalise",
        ),
        (
            "catalogue.yaml",
            'step: "0.05"',
            "step: 0.05",
            "0.05",
            "0.05 is a binary fraction; write it as a decimal in quotes",
        ),
        ("catalogue.yaml", 'total: "80"', 'total: "101"', "101", "101 is above 100"),
        (
            "catalogue.yaml",
            'total: "80"',
            "total: 80",
            "total: 80",
            f"catalogue.thresholds.total: Value error, {QUOTES}",
        ),
        (
            "catalogue.yaml",
            'level: 1, points: "30"',
            'level: 1, points: "31"',
            "indicators:",
            "first-level indicators add up to 101, not 100",
        ),
        (
            "catalogue.yaml",
            "id: q1.1, level: 2, parent: q1",
            "id: q1.1, level: 2",
            "id: q1.1",
            "q1.1: level 1 has no parent, level 2 one of level 1",
        ),
        (
            "catalogue.yaml",
            'id: q1.1, level: 2, parent: q1, points: "10"',
            'id: q1.1, level: 2, parent: q1, points: "9"',
            "id: q1,",
            "q1 is printed 30, its parts 29, and no erratum names it",
        ),
        ("catalogue.yaml", 'id: "1.1.2"', 'id: "1.1.1"', "战略内容", "1.1.1 stands twice"),
        ("catalogue.yaml", 'id: "22.1"', 'id: "1.1.1"', "85分以上", "1.1.1 stands twice"),
        ("catalogue.yaml", 'cap: "1"', 'caps: "1"', "caps", "unknown key catalogue.rows.6.groups.0.caps"),
        ("catalogue.yaml", "indicator: q1.1", "indicator: q9.1", "", None),
        ("catalogue.yaml", "- row: 2", "- row: 1", "- row: 1", "1 stands twice"),
        # points that nobody can earn
        ("catalogue.yaml", 'cap: "1"', 'cap: "0"', "7.1", "7.1 earns more each than the cap of 0 lets count"),
        ("catalogue.yaml", 'cap: "1"', 'cap: "0.5"', "7.1", None),
        ("catalogue.yaml", 'id: "7.2", points: "0.5"', 'id: "7.2", points: "0"', "7.2", "7.2 can earn nothing"),
        (
            "catalogue.yaml",
            'id: "27.2", points: "1"',
            'id: "27.2", points: "3"',
            "27.2",
            "27.1 can never count: 27.2, which is easier, earns as much",
        ),
        ("catalogue.yaml", "flags: [veto]", "flags: []", 'points: "0"', "row 31 can earn nothing and vetoes nothing"),
        ("catalogue.yaml", 'step: "0.05"', 'step: "0"', 'step: "0"', "a step of 0 leads nowhere"),
        ("catalogue.yaml", 'total: "80"', 'total: "99"', "99", "only 98 can be reached under cap"),
        (
            "catalogue.yaml",
            "indicator_percent: 75",
            "indicator_percent: 95",
            "indicator_percent: 95",
            "of q4 only 14 can be reached under cap",
        ),
        ("catalogue.yaml", 'total: "80"', 'total: "0"', 'total: "0"', "a threshold of 0 asks nothing"),
        (
            "catalogue.yaml",
            "indicator_percent: 75",
            "indicator_percent: 0",
            "indicator_percent: 0",
            "a threshold of 0 asks nothing",
        ),
        # what is named and is not there
        ("stages.yaml", '"R:7/7.2.1"', '"R:7/7.9"', "R:7/7.9", "clause R:7/7.9 is not defined"),
        ("documents.yaml", '"R:7/7.2.1j"', '"R:7/7.2.1z"', "R:7/7.2.1z", "clause R:7/7.2.1z is not defined"),
        ("documents.yaml", "kind: j", "kind: k", "kind: k", None),
        ("stages.yaml", "id: rectification", "id: rectifications", "id: application", None),
        ("stages.yaml", "zh: 合同", 'zh: ""', "id: contract", "zh says nothing"),
        ("planning.yaml", "id: records", "id: interview", "id: interview", "interview stands twice"),
        ("grounds.yaml", '"R:7/6.5.1a"', '"R:10/9.4a"', "R:10/9.4a", "R:10/9.4a does not stand under R:7/6.5.1"),
        ("errata.yaml", "rows: [15]", "rows: [51]", "rows: [51]", "there is no row 51"),
        ("errata.yaml", 'indicators: ["q1.2"]', 'indicators: ["q1.9"]', "q1.9", "there is no indicator q1.9"),
        ("errata.yaml", "{id: decision,", "{id: report,", "alternatives", "report stands twice"),
        (
            "waits.yaml",
            "role: leader",
            "role: captain",
            "role: captain",
            "audit.documents asks the leader, not the captain",
        ),
        (
            "waits.yaml",
            "kind: decision.make, role: decision_maker",
            "kind: decision.make, role: applicant",
            "kind: decision.make",
            "decision.make asks the decision_maker, not the applicant",
        ),
        (
            "waits.yaml",
            "not_applicable: reviewer",
            "not_applicable: case_manager",
            "not_applicable: case_manager",
            "approval.give asks by its subject for not_applicable the reviewer, for change.request the case_manager",
        ),
        (
            "waits.yaml",
            'clause: "R:10/9.3.2", ',
            'clause: "R:10/9.3.2", roles_by_subject: {x: applicant}, ',
            "x: applicant",
            "restoration.verify asks by its subject nobody",
        ),
        # limits that the flow counts on, and those it cannot have
        (
            "waits.yaml",
            "limit: {amount: 30, unit: days}, reminders: [10, 3, 0], lapse: rejected",
            "lapse: rejected",
            "application.supplement",
            "application.supplement needs a limit",
        ),
        (
            "waits.yaml",
            "limit: {amount: 30, unit: days}, reminders: [10, 3, 0], lapse: audit_failed",
            "lapse: audit_failed",
            "rectification.submit",
            "rectification.submit needs a limit",
        ),
        (
            "waits.yaml",
            "limit: {amount: 30, unit: days}, reminders: [10, 3, 0], lapse: rejected",
            "limit: {amount: 0, unit: days}, lapse: rejected",
            "amount: 0",
            "the limit of application.supplement leaves no time",
        ),
        (
            "waits.yaml",
            'clause: "R:7/6.6.1", ',
            'clause: "R:7/6.6.1", limit: {amount: 30, unit: days}, ',
            "recertification.apply",
            "recertification.apply has no limit: the cycle gives its due date",
        ),
        ("coverage.yaml", "rows: [38]", "rows: [42]", "rows: [42]", "there is no row 42"),
        ("coverage.yaml", '"5.5.1"', '"5.5.2"', "1.1.1", "nothing is said of indicator 5.5.1"),
        ("coverage.yaml", '"5.5.1"', '"5.4.2"', "5.4.2", "5.4.2 stands twice"),
        ("scheme.yaml", "heads: general", "head: general", "head: general", None),
        ("scheme.yaml", "heads: general", "stages: general", "stages: general", None),
        (
            "scheme.yaml",
            "heads: general-requirements/1.0",
            "heads: general-requirements/2.0",
            "heads:",
            "there is no general-requirements/2.0/heads.yaml to borrow from",
        ),
        # tables that cannot be
        ("planning.yaml", "people_from: 0", "people_from: 1", "people_from: 1", "bands start at 0 people and ascend"),
        ("planning.yaml", "people_from: 500", "people_from: 100", "initial: 15", "bands start at 0 people and ascend"),
        ("planning.yaml", "surveillance: 4", "surveillance: 0", "surveillance: 0", "no person-days from 0 people"),
        ("planning.yaml", "increase_percent: 30", "increase_percent: -30", "-30", None),
        ("planning.yaml", 'grid: "0.5"', 'grid: "0"', 'grid: "0"', "0 is no positive number"),
        ("planning.yaml", 'surveillance: "0.6"', 'surveillance: "some"', "some", "some is no positive number"),
        ("planning.yaml", 'surveillance: "0.6"', 'monthly: "0.6"', "monthly", "monthly is no kind of audit"),
        ("planning.yaml", '"1/4"', '"5/4"', "5/4", "5/4 is no share"),
        ("planning.yaml", "initial: 9", 'initial: "9"', 'initial: "9"', None),
        ("cycle.yaml", "reaudit_days: 90", "reaudit_days: 0", "reaudit_days: 0", "reaudit_days is 0"),
        (
            "cycle.yaml",
            "surveillance_extended_months: 15",
            "surveillance_extended_months: 11",
            "surveillance_extended_months: 11",
            "11 extended months are fewer than 12",
        ),
        # three months may be 92 days long, or 93 to be safe
        (
            "cycle.yaml",
            "recertification_opens_days: 180",
            "recertification_opens_days: 93",
            "recertification_opens_days: 93",
            "recertification opens 93 days before the end, and is due 3 months before it",
        ),
        (
            "planning.yaml",
            "rotation: null",
            "rotation: 0",
            "rotation: 0",
            "with a rotation of 0 nobody could audit",
        ),
        # 30 % above 9 is 11.7: neither 8 nor 12 lies between
        ("planning.yaml", 'grid: "0.5"', 'grid: "4"', 'grid: "4"', "steps of 4 give no total from 9 to 11.7"),
        # 9 itself, 12 and 15 are steps of 3; 30 % above a surveillance's 4 is 5.2
        ("planning.yaml", 'grid: "0.5"', 'grid: "3"', 'grid: "3"', "steps of 3 give no total from 4 to 5.2"),
        (
            "reminders.yaml",
            "[90, 60, 30, 7, 0]",
            "[60, 90, 30, 7, 0]",
            "[60",
            "reminders are days before the due date, the earliest first, each once",
        ),
        ("scheme.yaml", 'version: "1.0"', 'version: "1.1"', "1.1", "1.1 lies in a folder named 1.0"),
        ("scheme.yaml", "id: service", "id: services", "services", "services lies in a folder named service"),
        ("scheme.yaml", "kind:", "cycle: 1\nkind:", "cycle: 1", "cycle belongs into cycle.yaml"),
        ("scheme.yaml", "title:", "title: [", "", None),
    ],
)
def test_a_broken_scheme_is_refused(folder: Path, file: str, old: str, new: str, line: str, reason: str | None) -> None:
    told_file, told_line, told = broken(folder, file, old, new)
    assert told_file == file
    assert line in told_line
    assert reason in {None, told}


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        (
            "errata.yaml",
            "rows: [19, 28, 39,",
            "rows: [28, 39,",
            "row 19 is printed 2, its elements 1, and no erratum names it",
        ),
        ("errata.yaml", "39, 40, 41]", "39, 40]", "row 41 is printed 2, its elements 3, and no erratum names it"),
        (
            "errata.yaml",
            '["q1.2", "q4.3", "q4.5"]',
            '["q1.2", "q4.3"]',
            "q4.5 is printed 3, its parts 2, and no erratum names it",
        ),
        (
            "catalogue.yaml",
            'id: "1.1.1", points: "2"',
            'id: "1.1.1", points: "3"',
            "row 1 is printed 8, its elements 9, and no erratum names it",
        ),
    ],
)
def test_points_that_do_not_add_up_need_an_erratum_that_names_them(
    folder: Path, file: str, old: str, new: str, reason: str
) -> None:
    told_file, told_line, told = broken(folder, file, old, new)
    assert (told_file, told) == ("catalogue.yaml", reason)
    assert "points" in told_line


@pytest.mark.parametrize(
    "kind",
    ["mystery_visit", "open", "close", "management", "characteristics", "checklist", "credit", "contents"],
)
def test_no_due_date_on_site_may_tell_the_client_of_a_mystery_visit(folder: Path, kind: str) -> None:
    """R:4/4.2."""
    title = f"{{kind: audit.{kind}, "
    _, line, told = broken(folder, "waits.yaml", title, f"{title}limit: {{amount: 5, unit: days}}, ")
    assert f"audit.{kind}," in line
    assert told == f"audit.{kind} has no limit: its due date would tell the client of a mystery visit"


@pytest.mark.parametrize("kind", ["approval.give", "operations.resolve"])
def test_what_may_be_open_several_times_at_once_has_no_limit(folder: Path, kind: str) -> None:
    title = f"{{kind: {kind}, "
    _, _, told = broken(folder, "waits.yaml", title, f"{title}limit: {{amount: 5, unit: days}}, ")
    assert told == f"{kind} has no limit: several of it may be open at once"


def test_a_missing_file_an_empty_one_and_no_utf_8_are_refused(folder: Path) -> None:
    path = folder / "cycle.yaml"
    path.unlink()
    for content, reason in (
        (None, "the file is missing"),
        (b"", "the file is empty"),
        (b"\xff", "the file is not UTF-8"),
    ):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(PackError) as refused:
            load_scheme(folder)
        assert (refused.value.path, refused.value.line, refused.value.reason) == (path, 1, reason)


def test_a_service_scheme_without_a_catalogue_is_refused(folder: Path) -> None:
    (folder / "catalogue.yaml").unlink()
    with pytest.raises(PackError, match="needs a catalogue"):
        load_scheme(folder)


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ('id: f1, points: "5"', 'id: f1, points: "6"', "items:", "items add up to 101, not 100"),
        ('id: f1, points: "5"', "id: f1, points: 5", "id: f1", f"items.0.points: Value error, {QUOTES}"),
        ("id: f2", "id: f1", "id: f1", "f1 stands twice"),
        ('threshold: "80"', 'threshold: "101"', "101", "threshold 101 is above 100"),
        ('threshold: "80"', 'threshold: "0"', 'threshold: "0"', "a threshold of 0 asks nothing"),
        ('step: "0.05"', 'step: "2"', "id: f1", "is no multiple of the step 2"),
        ('step: "0.05"', 'step: "0"', 'step: "0"', "a step of 0 leads nowhere"),
        ('id: f1, points: "5"', 'id: f1, points: "0"', "items:", "items add up to 95, not 100"),
        ("example: true", "examples: true", "examples", "unknown key examples"),
        ("dimension: functionality", "dimension: charm", "charm", None),
        (
            "kind: qualitative",
            "kind: quantitative",
            "id: f4",
            "items.3: Value error, a quantitative item needs a measurable criterion",
        ),
    ],
)
def test_a_broken_special_rule_is_refused(rule_folder: Path, old: str, new: str, line: str, reason: str | None) -> None:
    told_file, told_line, told = broken(rule_folder, "special_rule.yaml", old, new)
    assert told_file == "special_rule.yaml"
    assert line in told_line
    assert reason in {None, told}
