"""Packs made by hand, and a folder to lay them in."""

from pathlib import Path
from typing import Any

import yaml

from services.schemes import SCHEMES


class Plain(yaml.SafeDumper):
    """Writes the same value twice where it stands twice: packs have no aliases."""

    def ignore_aliases(self, _: Any) -> bool:  # any YAML value
        return True


RULE: dict[str, Any] = {
    "id": "tea",
    "version": "1.0",
    "kind": "special_rule",
    "scheme": "service",
    "trade": "tea",
    "title": {"zh": "茶", "en": "Tea"},
    "threshold": "80",
    "step": "1",
    "items": [
        {
            "id": "a",
            "points": "100",
            "dimension": "time",
            "kind": "qualitative",
            "per_site": True,
            "title": {"zh": "快", "en": "Quick"},
        }
    ],
}
HOUSE: dict[str, Any] = {
    "id": "demo-service",
    "version": "1.0",
    "kind": "house_rules",
    "body": "demo",
    "scheme": "service",
    "title": {"zh": "本机构规定", "en": "The body's own rules"},
    "approver": {"zh": "技术委员会", "en": "The technical committee"},
    "valid_from": "2026-01-01",
}
STANDARD: dict[str, Any] = {
    "id": "noodles",
    "version": "1.0",
    "kind": "standard",
    "scheme": "product",
    "trade": "noodles",
    "title": {"zh": "面", "en": "Noodles"},
}


def compared(level: str, value: str, standard: str = "X") -> dict[str, str]:
    """What another standard asks."""
    return {"standard": standard, "level": level, "value": value}


def parameter(name: str, value: str, *others: dict[str, str], better: str = "lower", **more: Any) -> dict[str, Any]:
    """A parameter of a standard."""
    title = {"zh": name, "en": name}
    return {"id": name, "title": title, "value": value, "better": better, "compared": list(others), **more}


def lay(root: Path, pack: dict[str, Any], **changes: Any) -> Path:
    """Put a pack into a folder of packs; gives its file."""
    whole = pack | changes
    file = root / whole["id"] / whole["version"] / f"{whole['kind']}.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(yaml.dump(whole, Dumper=Plain, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file


def setting(**values: Any) -> list[dict[str, Any]]:
    """Overrides, `/` written as `__`."""
    return [{"path": f"/{path.replace('__', '/')}", "value": value} for path, value in values.items()]


def new_edition(root: Path, version: str = "1.1", valid_from: str = "2023-01-01", **changed: Any) -> Path:
    """Another edition of the service scheme: it borrows everything but the parts that are changed, by their files."""
    head = yaml.safe_load((SCHEMES / "service" / "1.0" / "scheme.yaml").read_text(encoding="utf-8"))
    own = {file.stem for file in (SCHEMES / "service" / "1.0").glob("*.yaml")} - {"scheme"} - set(changed)
    borrows = head.get("borrows", {}) | dict.fromkeys(own, "service/1.0")
    folder = root / "service" / version
    folder.mkdir(parents=True)
    for part, value in (
        {"scheme": head | {"version": version, "valid_from": valid_from, "borrows": borrows}} | changed
    ).items():
        text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
        (folder / f"{part}.yaml").write_text(text, encoding="utf-8")
    return root


def part(name: str) -> Any:
    """A part of the present edition, to be changed."""
    return yaml.safe_load((SCHEMES / "service" / "1.0" / f"{name}.yaml").read_text(encoding="utf-8"))
