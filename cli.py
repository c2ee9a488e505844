"""The command line: `jingpin …`."""

import asyncio
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from settings import Settings

if TYPE_CHECKING:
    from services.rulebook import Rulebook

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Certification cases of the Shanxi Premium alliance."
)
scheme = typer.Typer(no_args_is_help=True, help="Scheme packs: the rules as data.")
app.add_typer(scheme, name="scheme")
keys = typer.Typer(no_args_is_help=True, help="The keys that seal what Temporal keeps.")
app.add_typer(keys, name="keys")
console = Console()
EMBEDDED = "127.0.0.1:7233"
"""Where the embedded server listens when that port is free."""


@app.callback()
def jingpin() -> None:
    """Certification cases of the Shanxi Premium alliance."""


def _settings() -> Settings:
    """The settings, or a message that names each variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        for wrong in error.errors():
            name = f"JINGPIN_{'_'.join(str(part) for part in wrong['loc']).upper()}: " if wrong["loc"] else ""
            console.print(f"{name}{wrong['msg']}", style="red", markup=False)
        raise typer.Exit(1) from error


@app.command()
def serve(
    data: Annotated[Path | None, typer.Option(help="Folder for databases, files, mail and logs.")] = None,
    port: Annotated[int, typer.Option(help="Port of the API, when it is free.")] = 8000,
    rehearsal: Annotated[bool | None, typer.Option("--rehearsal", help="Cases run on clocks one can advance.")] = None,
) -> None:
    """Run the product on this machine: engine, worker and API, on 127.0.0.1 only; Ctrl-C stops all of it."""
    from deploy.embedded.errors import EngineUnavailable  # noqa: PLC0415  # heavy: only what this command needs
    from deploy.embedded.product import serve as serve_all  # noqa: PLC0415
    from deploy.embedded.supervisor import StartFailedError  # noqa: PLC0415

    if data is not None:
        os.environ["JINGPIN_DATA"] = str(data)
    if rehearsal is not None:
        os.environ["JINGPIN_REHEARSAL"] = str(int(rehearsal))
    try:
        asyncio.run(serve_all(_settings(), port, console))
    except (EngineUnavailable, StartFailedError, ValueError, OSError) as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from error


@app.command()
def settings() -> None:
    """Print every setting with its meaning and its present value."""
    table = Table("variable", "meaning", "value")
    present = _settings()
    for name, field in Settings.model_fields.items():
        table.add_row(
            f"JINGPIN_{name.upper()}", field.description or "", _without_password(str(getattr(present, name)))
        )
    console.print(table)


def _without_password(text: str) -> str:
    """The text of a setting, without what stands before an address's host."""
    return re.sub(r"(?<=://)[^/@\s]+@", "**********@", text)


@app.command()
def demo(
    url: Annotated[str, typer.Option(help="Address of a server in rehearsal.")] = "http://127.0.0.1:8000",
    password: Annotated[
        str, typer.Option(help="Of the seeded accounts; else JINGPIN_DEMO_PASSWORD, else the one in the data folder.")
    ] = "",
    seed: Annotated[int | None, typer.Option(min=0, help="Another seed, other numbers; else the time.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the files it makes.")] = Path("demo-out"),
) -> None:
    """Carry a sample application through three years, step by step, on a server in rehearsal."""
    from demo.people import DemoStoppedError  # noqa: PLC0415  # heavy: only what this command needs
    from demo.play import kept_password, run  # noqa: PLC0415

    try:
        present = _settings()
        given = present.demo_password.get_secret_value() if present.demo_password else ""
        run(url, password or given or kept_password(present.data), seed, out, console)
    except DemoStoppedError as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error


@app.command()
def audit(
    case: Annotated[str, typer.Argument(help="Number or id of a case.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every case.")] = False,  # noqa: FBT002  # an option
    temporal: Annotated[str, typer.Option(help="host:port of Temporal; else as it is set.")] = "",
) -> None:
    """Check a case's record: 0 it is whole, 1 something differs, 2 it is unknown or not all could be checked."""
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415  # heavy: only what this command needs

    if bool(case) == every:
        raise typer.BadParameter("name one case, or --all")
    try:
        raise typer.Exit(asyncio.run(_audit(_settings(), case, temporal)))
    except DBAPIError as error:
        console.print(f"the record cannot be read: {error.orig}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from error


async def _audit(settings: Settings, case: str, temporal: str) -> int:
    """Print what differs; gives the command's exit status."""
    from activities.audit import Auditor  # noqa: PLC0415  # heavy: only what this command needs
    from activities.audits import Audits  # noqa: PLC0415
    from activities.scores import Scores  # noqa: PLC0415
    from records.database import connect  # noqa: PLC0415
    from services.engine import reach  # noqa: PLC0415
    from services.schemes import Library  # noqa: PLC0415
    from workflows.flow import react  # noqa: PLC0415

    with _told_of_packs():
        auditor = Auditor(react, Scores(Library.load(*settings.further_packs)))
    address = temporal or settings.temporal_address or EMBEDDED
    client = await reach(address, settings.temporal_namespace, settings.payload_key_file, settings.temporal_pems)
    audits = Audits(connect(settings.sql_url), auditor, client)
    ids = audits.ids(case)
    if case and not ids:
        console.print(f"there is no case {case}", style="red", markup=False)
    statuses = [0 if ids or not case else 2]
    async for one in audits.of(ids):
        for line in one.lines():
            console.print(f"{one.case}: {line}", markup=False, highlight=False, soft_wrap=True)
        statuses.append(one.status)
    return 1 if 1 in statuses else max(statuses)


@scheme.command("check")
def check_schemes(
    paths: Annotated[list[Path] | None, typer.Argument(help="Folders of packs; else every pack in use.")] = None,
) -> None:
    """Validate packs: where each is wrong, or its errata, what it borrows and sets; then the clauses covered."""
    from services.pack_files import SCHEMES  # noqa: PLC0415  # heavy: only what this command needs
    from services.pack_report import examine_paths, report  # noqa: PLC0415
    from services.strict_yaml import PackError  # noqa: PLC0415

    further = _settings().further_packs
    with _told_of_packs():
        examined = examine_paths(paths or [SCHEMES, *further], further)
    for one in examined:
        for line in report(one):
            wrong = isinstance(one.pack, PackError)
            console.print(line, style="red" if wrong else None, markup=False, highlight=False, soft_wrap=True)
    if not examined:
        console.print("there is no pack", style="red")
    if not examined or any(isinstance(one.pack, PackError) for one in examined):
        raise typer.Exit(1)
    for line in _rulebook(*further).report():
        console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def _told_of_packs() -> Iterator[None]:
    """Say in one line which pack stops the command."""
    from services.strict_yaml import PackError  # noqa: PLC0415  # heavy: only what these commands need

    try:
        yield
    except PackError as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error


def _rulebook(*further: Path) -> "Rulebook":
    """The rulebook of the packs in use, or a message that names the pack which is not sound."""
    from services.rulebook import Rulebook  # noqa: PLC0415  # heavy: only what these commands need
    from services.schemes import Library  # noqa: PLC0415

    with _told_of_packs():
        return Rulebook(Library.load(*further))


@scheme.command("schema")
def write_schemas(
    out: Annotated[Path | None, typer.Option(help="Folder; else the published one.")] = None,
) -> None:
    """Write the JSON Schema of each kind of pack file."""
    from services.pack_schemas import FOLDER, write  # noqa: PLC0415  # heavy: only what this command needs

    for file in write(out or FOLDER):
        console.print(str(file), markup=False, highlight=False, soft_wrap=True)


@scheme.command("rulebook")
def write_rulebook() -> None:
    """Write docs/rulebook.md: every clause with its data, functions, tests and page, or the people's duty it is."""
    from services.rulebook_page import PAGE, written  # noqa: PLC0415  # heavy: only what this command needs

    book = _rulebook()
    PAGE.write_text(written(book), encoding="utf-8")
    for line in (str(PAGE), *book.report()):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


@keys.command("list")
def list_keys() -> None:
    """Print the id and file of each key, the one that seals last; never the key."""
    from services.key_ring import KeyRing  # noqa: PLC0415  # heavy: only what these commands need

    with _told_of_exposure():
        for key in KeyRing(_settings().payload_key_file).all():
            console.print(f"{key.id}  {key.file}", markup=False, highlight=False, soft_wrap=True)


@keys.command("rotate")
def rotate_keys() -> None:
    """Make a new key, which seals from now on, also in what runs; the old ones stay and go on opening."""
    from services.key_ring import KeyRing  # noqa: PLC0415  # heavy: only what these commands need

    with _told_of_exposure():
        key = KeyRing(_settings().payload_key_file).rotate()
    console.print(f"{key.id}  {key.file}", markup=False, highlight=False, soft_wrap=True)


@contextmanager
def _told_of_exposure() -> Iterator[None]:
    """Say in one line which key file everybody may read."""
    from services.keys import Exposed  # noqa: PLC0415  # heavy: only what these commands need

    try:
        yield
    except (Exposed, OSError) as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
