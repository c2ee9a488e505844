"""The scored catalogue of a scheme (R:B): indicators, rows, element groups and the points they can reach."""

from collections import defaultdict
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from domain.model import Input, Text
from domain.points import Points

PackId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
GroupKind = Literal["additive", "tier", "alternative", "capped_count"]
RowFlag = Literal["zeroed_by_violation", "veto"]


class Indicator(Input):
    """A first-level (q1…q4) or second-level indicator and its points."""

    id: PackId
    level: Literal[1, 2]
    points: Points
    parent: PackId | None = None
    title: Text


class Element(Input):
    """One thing that earns points, on its printed scale; in a capped count, the points for each one."""

    id: PackId
    points: Points
    title: Text


class Group(Input):
    """Elements that count together.

    `additive`: their sum; `tier`: the best one; `alternative`: the only one; `capped_count`: so many times each,
    up to `cap`.
    """

    kind: GroupKind
    elements: list[Element] = Field(min_length=1)
    cap: Points | None = None

    @model_validator(mode="after")
    def _cap_belongs_to_counts(self) -> Self:
        if (self.kind == "capped_count") != (self.cap is not None):
            raise ValueError("a capped_count has a cap, every other group has none")
        return self

    @property
    def reachable(self) -> Fraction:
        """The most points the group can earn as printed."""
        if self.cap is not None:
            return Fraction(self.cap)
        points = [Fraction(element.points) for element in self.elements]
        return sum(points, Fraction(0)) if self.kind == "additive" else max(points)


class Row(Input):
    """One numbered row of the catalogue with its printed points (R:B/row1-41, in R:B/1)."""

    row: int = Field(ge=1)
    points: Points
    normalised_points: Points | None = None
    """The row's points under `normalise`, where an erratum reads others than are printed (row 41)."""
    indicator: PackId
    flags: list[RowFlag] = Field(default_factory=list)
    title: Text
    groups: list[Group] = Field(min_length=1)

    @cached_property
    def reachable(self) -> Fraction:
        """The most points the row's elements can earn as printed."""
        return sum((group.reachable for group in self.groups), Fraction(0))

    @cached_property
    def read_points(self) -> Fraction:
        """The row's points under `normalise`."""
        return Fraction(self.points if self.normalised_points is None else self.normalised_points)

    @property
    def clause(self) -> str:
        """The row's clause id."""
        return f"R:B/row{self.row}"


class Thresholds(Input):
    """R:B/3: what a management audit needs to pass, and R:7/7.4.5 how far back credit is looked at."""

    indicator_percent: int = Field(ge=0, le=100)
    """Share of each first-level indicator's points that must be reached."""
    total: Points
    credit_years: int = Field(ge=1, le=10)


class Catalogue(Input):
    """Appendix B as data, in printed order."""

    step: Points
    """Partial awards are multiples of it."""
    thresholds: Thresholds
    indicators: list[Indicator] = Field(min_length=1)
    rows: list[Row] = Field(min_length=1)

    @cached_property
    def by_number(self) -> dict[int, Row]:
        """Rows by their number."""
        return {row.row: row for row in self.rows}

    @cached_property
    def rows_of(self) -> dict[str, list[Row]]:
        """Rows by the id of their second-level indicator."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            found[row.indicator].append(row)
        return dict(found)

    def level(self, level: Literal[1, 2], parent: str | None = None) -> list[Indicator]:
        """Indicators of a level in printed order, of one parent where it is given."""
        of_level = [one for one in self.indicators if one.level == level]
        return [one for one in of_level if parent is None or one.parent == parent]
