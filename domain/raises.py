"""Raises of single elements with which a management audit would pass: a simple, repeatable choice, not the only one."""

from collections.abc import Collection
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from domain.catalogue import Catalogue, Element, Group, Indicator, Row
from domain.points import format_points, parse_points
from domain.results import PointsReading, Raise, ReadingResult
from domain.scoring import NOTHING, Scored, awards_of, group_points, thresholds
from domain.sheets import ManagementSheet, RowScore


class Way(NamedTuple):
    """An element that could earn more."""

    row: Row
    group: Group
    element: Element


class Move(NamedTuple):
    """New awards of a row, the points they add as printed, and what these add to ΣQ."""

    row: Row
    changed: dict[str, Fraction]
    added: Fraction
    gain: Fraction


class Climb:
    """A scored sheet on its way up under one reading.

    Knows what each element is awarded by `now`, what a printed point of a row is `worth` in ΣQ, and how much room
    the reading leaves for more. Rows that are carried, do not apply or earn nothing after a violation stay as they are.
    """

    def __init__(
        self, catalogue: Catalogue, sheet: ManagementSheet, scored: ReadingResult, reading: PointsReading
    ) -> None:
        scores = {score.row: score for score in sheet.scores}
        self._catalogue, self._capped = catalogue, reading == "cap"
        self._given = awards_of(catalogue, sheet)
        self.now = {row: dict(awards) for row, awards in self._given.items()}
        self._rows = [row for row in catalogue.rows if _may_rise(row, scores[row.row])]
        self._top = {one.id: top.id for top in catalogue.level(1) for one in catalogue.level(2, top.id)}
        self._worth: dict[int, Fraction] = {}
        self._room: dict[int, Fraction] = {}
        self._room_of: dict[str, Fraction] = {}
        for indicator in catalogue.level(2):
            rows = [row for row in catalogue.rows_of[indicator.id] if not scores[row.row].not_applicable]
            self._weigh(indicator, rows, scored)

    def reach(self, scored: ReadingResult) -> None:
        """Raise what falls short of its threshold, as far as it can: each indicator first, then the total."""
        needed = thresholds(self._catalogue)
        total = parse_points(scored.total)
        for top in self._catalogue.level(1):
            total += self._gain_at_least(needed[top.id] - parse_points(scored.q[top.id]), {top.id})
        self._gain_at_least(needed["total"] - total, {top.id for top in self._catalogue.level(1)})

    def pare(self, scored: Scored) -> Fraction:
        """Take back every raise without which the audit still passes, the last first; give the points given up.

        `scored` is what the awards come to by now. Once through is enough: what is taken back only makes the rest more
        needed.
        """
        needed, given_up = thresholds(self._catalogue), NOTHING
        spare = {name: points - needed[name] for name, points in (scored.q | {"total": scored.total}).items()}
        for way in reversed(self._raised()):
            move, top = self._back(way), self._top[way.row.indicator]
            if -move.gain <= min(spare[top], spare["total"]):
                given_up -= self._take(move)
                spare |= {name: spare[name] + move.gain for name in (top, "total")}
        return given_up

    def raises(self) -> list[Raise]:
        """What differs from the sheet by now, in printed order."""
        return [
            Raise(row=row, element=element, before=format_points(before), to=format_points(self.now[row][element]))
            for row, awards in self._given.items()
            for element, before in awards.items()
            if self.now[row][element] != before
        ]

    def _weigh(self, indicator: Indicator, rows: list[Row], scored: ReadingResult) -> None:
        """Say what the rows of an indicator are worth, and where they end; `rows` are those that apply."""
        whole = self._capped and len(rows) == len(self._catalogue.rows_of[indicator.id])
        of_rows = sum((Fraction(row.points) if self._capped else row.read_points for row in rows), NOTHING)
        share = Fraction(1) if whole else Fraction(indicator.points) / of_rows
        for row in rows:
            scale = 1 if self._capped or not row.reachable else row.read_points / row.reachable
            most = Fraction(row.points) if self._capped else row.reachable
            self._worth[row.row] = share * scale
            self._room[row.row] = most - parse_points(scored.rows[str(row.row)].printed)
        if whole:
            read = (parse_points(scored.rows[str(row.row)].read) for row in rows)
            self._room_of[indicator.id] = Fraction(indicator.points) - sum(read, NOTHING)

    def _gain_at_least(self, need: Fraction, tops: Collection[str]) -> Fraction:
        """Raise elements of these indicators by `need` points or little more, as far as they can; give the gain.

        Whole elements first, the largest that is not too much; at last the one that overshoots least.
        """
        gained = NOTHING
        while gained < need:
            ways = self._ways(tops)
            if not ways:
                break
            small = [way for gain, way in ways if gain <= need - gained]
            for way in small:
                move = self._move(way, self._most(way))
                if 0 < move.gain <= need - gained:
                    gained += self._take(move)
            if not small:
                moves = [self._move(way, self._enough(way, need - gained)) for _, way in ways]
                gained += self._take(min(moves, key=lambda move: move.gain))
        return gained

    def _ways(self, tops: Collection[str]) -> list[tuple[Fraction, Way]]:
        """Every element that can still gain, with the most it can, largest first."""
        ways = [
            Way(row, group, element)
            for row in self._rows
            if self._top[row.indicator] in tops and self._left(row) > 0
            for group in row.groups
            for element in group.elements
        ]
        gains = [(self._move(way, self._most(way)).gain, way) for way in ways]
        return sorted((one for one in gains if one[0] > 0), key=lambda one: one[0], reverse=True)

    def _left(self, row: Row) -> Fraction:
        """Give the printed points that the row can still turn into points of ΣQ."""
        left = self._room[row.row]
        return min(left, self._room_of[row.indicator]) if row.indicator in self._room_of else left

    def _move(self, way: Way, award: Fraction) -> Move:
        """Say what an award changes: an alternative ends the others, a tier those that were raised before it."""
        now, given, changed = self.now[way.row.row], self._given[way.row.row], {way.element.id: award}
        if way.group.kind == "alternative":
            changed = {one.id: NOTHING for one in way.group.elements} | changed
        if way.group.kind == "tier":
            changed = {one.id: given[one.id] for one in way.group.elements} | changed
        added = group_points(way.group, now | changed) - group_points(way.group, now)
        return Move(way.row, changed, added, self._worth[way.row.row] * min(added, self._left(way.row)))

    def _raised(self) -> list[Way]:
        """Every element that earns more by now, in printed order."""
        return [
            Way(row, group, element)
            for row in self._rows
            for group in row.groups
            for element in group.elements
            if self.now[row.row][element.id] > self._given[row.row][element.id]
        ]

    def _back(self, way: Way) -> Move:
        """Say what a raise taken back changes; an alternative gets its place again, and what is lost is negative."""
        row, group, now = way.row, way.group, self.now[way.row.row]
        back = group.elements if group.kind == "alternative" else [way.element]
        changed = {one.id: self._given[row.row][one.id] for one in back}
        added = group_points(group, now | changed) - group_points(group, now)
        lost = self._read(row, added)
        if row.indicator in self._room_of:
            room = self._room_of[row.indicator]
            lost = max(room, NOTHING) - max(room - lost, NOTHING)
        return Move(row, changed, added, self._worth[row.row] * lost)

    def _read(self, row: Row, added: Fraction) -> Fraction:
        """Give what printed points add to the row as it is read, short of what its end cuts off."""
        room = self._room[row.row]
        return max(room, NOTHING) - max(room - added, NOTHING)

    def _take(self, move: Move) -> Fraction:
        """Award what a move says, and give what it gains."""
        row = move.row
        if row.indicator in self._room_of:
            self._room_of[row.indicator] -= self._read(row, move.added)
        self._room[row.row] -= move.added
        self.now[row.row] |= move.changed
        return move.gain

    def _most(self, way: Way) -> Fraction:
        """Give the highest award that can still count."""
        points, now = Fraction(way.element.points), self.now[way.row.row]
        if way.group.cap is None:
            return points
        left = Fraction(way.group.cap) - group_points(way.group, now)
        return now[way.element.id] + ceil(left / points) * points

    def _enough(self, way: Way, need: Fraction) -> Fraction:
        """Give the least award that adds `need`: on the pack's step, or in whole counts, tiers and alternatives."""
        steps_of = {"additive": Fraction(self._catalogue.step), "capped_count": Fraction(way.element.points)}
        step = steps_of.get(way.group.kind)
        if step is None:
            return Fraction(way.element.points)
        steps = ceil(need / self._worth[way.row.row] / step)
        return min(self.now[way.row.row][way.element.id] + steps * step, self._most(way))


def _may_rise(row: Row, score: RowScore) -> bool:
    zeroed = score.violation and "zeroed_by_violation" in row.flags
    return bool(row.reachable) and not (score.carried or score.not_applicable or zeroed)
