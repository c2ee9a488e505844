"""Which PDFs are taken: whole ones that do nothing by themselves."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pikepdf import Array, Dictionary, Encryption, Name, ObjectStreamMode, Pdf, Stream, String

from domain.refusal import Refused
from services import pdf as pdfs
from services.pdf import REASONS, check_pdf
from tests.papers import a_bomb, a_pdf, a_structural_bomb


def a_script() -> Dictionary:
    """A new one each time: whatever a document takes in goes away with it."""
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def a_list(action: Dictionary) -> Dictionary:
    return Dictionary(Names=Array([String("a"), action]))


LINK = Dictionary(S=Name.URI, URI=String("https://example.org"))
BROKEN = REASONS["broken"][1]


def said_of(data: bytes, folder: Path) -> str:
    """What its sender is told of a PDF; nothing where it is taken."""
    path = folder / "a.pdf"
    path.write_bytes(data)
    try:
        with path.open("rb") as file:
            check_pdf(file, data, "a.pdf")
    except Refused as error:
        return str(error).removeprefix("unsupported_media: the PDF 'a.pdf' ")
    return ""


def having(**entries: object) -> Callable[[Pdf], None]:
    """Put these into the catalog."""

    def change(pdf: Pdf) -> None:
        for key, value in entries.items():
            pdf.Root[f"/{key}"] = value

    return change


def deep(levels: int) -> Array:
    inner = Array([])
    for _ in range(levels):
        inner = Array([inner])
    return inner


ACTIVE = {
    "script when it is opened": ("script", having(OpenAction=a_script())),
    "script by name": (
        "script",
        having(Names=Dictionary(JavaScript=a_list(a_script()))),
    ),
    "script in an annotation": (
        "script",
        lambda pdf: pdf.pages[0].obj.update({"/Annots": Array([Dictionary(Subtype=Name.Link, A=a_script())])}),
    ),
    "script in another action": ("script", having(X=Dictionary(S=Name.Rendition, JS=String("app.alert(1)")))),
    "list of scripts": ("script", having(Names=Dictionary(JavaScript=Dictionary(Names=Array([]))))),
    "launch": ("launch", having(X=Dictionary(S=Name.Launch, F=String("cmd.exe")))),
    "address when it is opened": ("action", having(OpenAction=LINK)),
    "address after the first page": ("action", having(OpenAction=Dictionary(S=Name.GoTo, D=Array([]), Next=LINK))),
    "address when a page is shown": ("action", having(AA=Dictionary(WC=LINK))),
    "attached file": ("attachment", lambda pdf: pdf.attachments.__setitem__("a.exe", b"MZ")),
    "rich media": ("media", having(X=Dictionary(Type=Name.Annot, Subtype=Name.RichMedia))),
    "XFA": ("form", having(AcroForm=Dictionary(Fields=Array([]), XFA=Array([])))),
    "nesting": ("large", having(X=deep(60))),
}


@pytest.mark.parametrize(("word", "change"), ACTIVE.values(), ids=ACTIVE)
def test_pdf_that_is_more_than_paper_is_refused_with_the_reason(
    word: str, change: Callable[[Pdf], object], tmp_path: Path
) -> None:
    assert said_of(a_pdf(change), tmp_path) == REASONS[word][1]


def test_script_in_a_packed_object_is_found(tmp_path: Path) -> None:
    def change(pdf: Pdf) -> None:
        pdf.Root["/OpenAction"] = pdf.make_indirect(a_script())

    packed = a_pdf(change, object_stream_mode=ObjectStreamMode.generate)
    assert b"JavaScript" not in packed
    assert said_of(packed, tmp_path) == REASONS["script"][1]


def test_script_under_a_key_that_stands_twice_is_found(tmp_path: Path) -> None:
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    packed = a_pdf(having(OpenAction=script, XyAction=Name.Nothing), compress_streams=False)
    assert said_of(packed.replace(b"/XyAction", b"/OpenAction"), tmp_path) == BROKEN


def test_script_of_a_scene_is_found(tmp_path: Path) -> None:
    def change(pdf: Pdf) -> None:
        scene = Stream(pdf, b"U3D", OnInstantiate=Stream(pdf, b"app.alert(1)"))
        pdf.Root["/Scene"] = scene

    assert said_of(a_pdf(change), tmp_path) == REASONS["script"][1]


def test_script_spelled_in_hexadecimal_is_found(tmp_path: Path) -> None:
    spelled = a_pdf(having(X=Dictionary(S=Name("/JavaScriptxx")))).replace(b"/JavaScriptxx", b"/J#61vaScript")
    assert said_of(spelled, tmp_path) == REASONS["script"][1]


@pytest.mark.parametrize("owner_only", [True, False])
def test_encrypted_pdf_is_refused(owner_only: bool, tmp_path: Path) -> None:  # noqa: FBT001  # two cases
    locked = a_pdf(encryption=Encryption(owner="o", user="" if owner_only else "u"))
    assert said_of(locked, tmp_path) == REASONS["encrypted"][1]


def test_link_to_click_on_and_a_first_page_to_show_are_taken(tmp_path: Path) -> None:
    def change(pdf: Pdf) -> None:
        pdf.pages[0].obj["/Annots"] = Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, A=LINK)])
        pdf.Root["/OpenAction"] = Dictionary(S=Name.GoTo, D=Array([pdf.pages[0].obj, Name.Fit]))

    assert said_of(a_pdf(change), tmp_path) == ""


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n1 0 obj <</S /J#61vaScript>> endobj\nstartxref\n0\n%%EOF\n",
        b"%PDF-1.7\n1 0 obj <</S /Launch>> endobj\nstartxref\n0\n%%EOF\n",
        b"%PDF-1.7\n1 0 obj <<>> stream\nx\nendstream endobj\nstartxref\n0\n%%EOF\n",
        b"%PDF-1.7\n" + b" " * 200_000 + b"startxref\n0\n%%EOF\n",
        a_pdf()[:300],
        a_pdf() + b"x" * 2000,
    ],
    ids=["hidden name", "action", "packed", "long", "cut", "much after the end"],
)
def test_pdf_that_cannot_be_looked_into_is_refused(data: bytes, tmp_path: Path) -> None:
    assert said_of(data, tmp_path) == BROKEN


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\nstartxref\n0\n%%EOF\n",
        b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n",
        a_pdf().replace(b"startxref\n", b"startxref\n9"),
        a_pdf(lambda pdf: pdf.pages.__delitem__(0)),
        a_pdf() + b"something a mail program left",
    ],
    ids=["empty", "without a table", "table elsewhere", "without a page", "a little after the end"],
)
def test_pdf_that_is_imperfect_and_does_nothing_is_taken(data: bytes, tmp_path: Path) -> None:
    """Whether it serves as evidence is for people to say."""
    assert said_of(data, tmp_path) == ""


def test_script_in_a_pdf_that_had_to_be_put_right_is_found(tmp_path: Path) -> None:
    moved = a_pdf(having(OpenAction=a_script())).replace(b"startxref\n", b"startxref\n9")
    assert said_of(moved, tmp_path) == REASONS["script"][1]


def test_packed_content_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """200 MB would not fit into what the child is given here."""
    program = pdfs.INSPECTOR.read_text().replace("MEMORY: Final = 512 << 20", "MEMORY: Final = 150 << 20")
    assert "150 << 20" in program
    (tmp_path / "program.py").write_text(program)
    monkeypatch.setattr(pdfs, "INSPECTOR", tmp_path / "program.py")
    assert len(a_bomb()) < 1500
    assert said_of(a_bomb(), tmp_path) == ""


def test_packed_structure_has_only_the_memory_of_the_inspector(tmp_path: Path) -> None:
    assert said_of(a_structural_bomb(1), tmp_path) == ""
    assert said_of(a_structural_bomb(600), tmp_path) == BROKEN


@pytest.mark.parametrize(
    "program",
    ["import os; os.abort()", "while True: pass", "print('sound', end=''); raise SystemExit(1)", "bytes(1 << 40)"],
    ids=["crash", "time", "failure", "memory"],
)
def test_what_the_inspector_does_not_survive_is_refused(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "program.py").write_text(program)
    monkeypatch.setattr(pdfs, "INSPECTOR", tmp_path / "program.py")
    monkeypatch.setattr(pdfs, "PATIENCE_SECONDS", 1)
    assert said_of(a_pdf(), tmp_path) == BROKEN


def test_inspector_knows_no_secret_and_has_nothing_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JINGPIN_DEMO_PASSWORD", "secret")
    seen = tmp_path / "seen"
    look = "[[*os.environ], os.listdir('/proc/self/fd')]"
    program = f"import json, os; found = {look}; open({str(seen)!r}, 'w').write(json.dumps(found))"
    (tmp_path / "program.py").write_text(program)
    monkeypatch.setattr(pdfs, "INSPECTOR", tmp_path / "program.py")
    with (tmp_path / "another").open("w") as another:
        said_of(a_pdf(), tmp_path)
        assert another.fileno() > 2
    environment, opened = json.loads(seen.read_text())
    assert not [name for name in environment if "JINGPIN" in name]
    assert sorted(opened) == ["0", "1", "2", "3"]  # the last one lists them


def test_inspector_limits_itself_before_it_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = "[resource.getrlimit(one)[1] for one in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_NOFILE)]"
    program = pdfs.INSPECTOR.read_text().replace("sys.stdout.write(main())", f"sys.stdout.write(str({asked}))")
    (tmp_path / "program.py").write_text(program)
    monkeypatch.setattr(pdfs, "INSPECTOR", tmp_path / "program.py")
    with (tmp_path / "a.pdf").open("w+b") as file:
        assert pdfs._inspected(file) == str([512 << 20, 5, 5])  # noqa: SLF001  # its own word
