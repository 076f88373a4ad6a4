"""The cheapest explanation of sums that fail: which figures were misread, and which sums are wrong in print.

Whole numbers and positions only; :mod:`gxstudy.audit.proposals` says what they stand for. A best-first search (A*) with
a bound that counts, for each sum that fails, the least that can mend it: exact, the same on every machine, and ended
after a number of steps rather than of seconds.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["Change", "Explanation", "Figure", "Sum", "explain"]


class Change(NamedTuple):
    """A figure of which something else than what was read is printed: ``delta`` more."""

    figure: int
    delta: int


class Sum(NamedTuple):
    """A sum: ``residual`` is its left side less its right as read. A ``firm`` one holds, and must hold in the end."""

    residual: int
    firm: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that takes part in sums.

    ``sums`` are the positions of its sums, each with +1 (on the left side) or -1. ``misread`` maps what it may be
    more or less than what was read to the cost of that misreading. A figure that could not be read (``unread``) counts
    as 0 in every sum; any number may stand there, at the cost that ``worth`` gives, None where it cannot be.
    """

    sums: tuple[tuple[int, int], ...]
    misread: Mapping[int, float]
    unread: bool = False
    worth: Callable[[int], float | None] | None = None


class Explanation(NamedTuple):
    """What explains the sums that fail at the least cost.

    ``without`` gives, for each of ``changes``, the cost of the cheapest explanation in which that figure has another
    value (at least that much: the search does not go on to what is much dearer), and ``rivals`` the changes of that
    explanation, None where it was not looked up. ``whole`` is False when the search was given up: then the rest means
    nothing.
    """

    changes: tuple[Change, ...]
    cost: float
    without: tuple[float, ...]
    rivals: tuple[tuple[Change, ...] | None, ...]
    whole: bool


class _State(NamedTuple):
    residuals: tuple[int, ...]
    given_up: frozenset[int]
    changes: tuple[Change, ...]
    cost: float


def explain(
    figures: Sequence[Figure], sums: Sequence[Sum], *, wrong_in_print: float, margin: float, steps: int = 4000
) -> Explanation:
    """Return the cheapest explanation of the sums that fail or cannot be tested.

    Parameters
    ----------
    figures, sums
        What was read.
    wrong_in_print
        The cost of holding that a sum fails on paper too.
    margin
        How much dearer an explanation must be to be of no account.
    steps
        After so many partial explanations the search is given up.

    Returns
    -------
    Explanation
        The costs of ``changes`` add up to ``cost`` together with ``wrong_in_print`` for each sum left as it is.
    """
    return _Search(figures, sums, wrong_in_print, margin).run(steps)


class _Search:
    """The search: what stays the same while it runs, and what has been found."""

    def __init__(self, figures: Sequence[Figure], sums: Sequence[Sum], wrong_in_print: float, margin: float) -> None:
        self.figures = figures
        self.sums = sums
        self.wrong_in_print = wrong_in_print
        self.margin = margin
        self.members: list[list[int]] = [[] for _ in sums]
        for index, figure in enumerate(figures):
            for number, _ in figure.sums:
                self.members[number].append(index)
        self.unread = frozenset(index for index, figure in enumerate(figures) if figure.unread)
        self.bounds: dict[tuple[int, int], float] = {}
        self.by_effect: list[dict[int, list[tuple[float, Change]]]] = [
            self._effects(number) for number in range(len(sums))
        ]
        self.cheapest = [
            min((self._share(change.figure, cost) for found in effects.values() for cost, change in found), default=1e9)
            for effects in self.by_effect
        ]

    def _share(self, figure: int, cost: float) -> float:
        return cost / len(self.figures[figure].sums)

    def _effects(self, number: int) -> dict[int, list[tuple[float, Change]]]:
        """Return the misreadings of the members of a sum by what they add to its residual."""
        effects: dict[int, list[tuple[float, Change]]] = {}
        for index in self.members[number]:
            sign = dict(self.figures[index].sums)[number]
            for delta, cost in self.figures[index].misread.items():
                effects.setdefault(sign * delta, []).append((cost, Change(index, delta)))
        return effects

    def run(self, steps: int) -> Explanation:
        start = _State(tuple(one.residual for one in self.sums), frozenset(), (), 0.0)
        queue: list[tuple[float, int, _State]] = [(self._bound(start), 0, start)]
        seen: set[tuple[frozenset[Change], frozenset[int]]] = set()
        count = 0
        best: _State | None = None
        without: dict[Change, tuple[float, tuple[Change, ...]]] = {}
        while queue and steps > 0:
            least, _, state = heapq.heappop(queue)
            if best is not None and (least > best.cost + self.margin or len(without) == len(best.changes)):
                break
            known = (frozenset(state.changes), state.given_up)
            if known in seen:
                continue
            seen.add(known)
            steps -= 1
            number = self._next(state)
            if number is None:
                if best is None:
                    best = state
                for change in best.changes:
                    if change not in known[0]:
                        without.setdefault(change, (state.cost, state.changes))
                if not best.changes:
                    break
                continue
            for child in self._children(state, number):
                count += 1
                heapq.heappush(queue, (self._bound(child), count, child))
        if best is None or (steps == 0 and queue and queue[0][0] <= best.cost + self.margin):
            return Explanation((), 0.0, (), (), whole=False)
        beyond = best.cost + self.margin
        changes = tuple(sorted(best.changes))
        told = [without.get(change, (beyond, None)) for change in changes]
        return Explanation(
            changes, best.cost, tuple(cost for cost, _ in told), tuple(rival for _, rival in told), whole=True
        )

    def _pending(self, state: _State) -> frozenset[int]:
        """Return the unread figures that have no value yet and are in a sum that is not given up."""
        if not self.unread:
            return frozenset()
        settled = {change.figure for change in state.changes}
        return frozenset(
            index
            for index in self.unread - settled
            if any(number not in state.given_up for number, _ in self.figures[index].sums)
        )

    def _next(self, state: _State) -> int | None:
        """Return the sum to mend next: the one with the fewest figures; None when all is explained."""
        pending = self._pending(state)
        open_ = {number for index in pending for number, _ in self.figures[index].sums}
        failing = [
            number
            for number, residual in enumerate(state.residuals)
            if (residual or number in open_) and number not in state.given_up
        ]
        return min(failing, key=lambda number: (len(self.members[number]), number), default=None)

    def _children(self, state: _State, number: int) -> Iterator[_State]:
        if not self.sums[number].firm:
            yield state._replace(given_up=state.given_up | {number}, cost=state.cost + self.wrong_in_print)
        pending = self._pending(state) & set(self.members[number])
        if pending:
            yield from self._filled(state, min(pending))
            return
        taken = {change.figure for change in state.changes}
        needed = -state.residuals[number]
        effects = self.by_effect[number]
        for cost, change in effects.get(needed, ()):
            if change.figure not in taken:
                yield self._changed(state, (change,), cost)
        for effect, found in effects.items():
            others = effects.get(needed - effect)
            if others is None:
                continue
            for cost, change in found:
                for other_cost, other in others:
                    if change.figure < other.figure and not {change.figure, other.figure} & taken:
                        yield self._changed(state, (change, other), cost + other_cost)

    def _filled(self, state: _State, index: int) -> Iterator[_State]:
        """Yield the state with each value of an unread figure that makes one of its sums hold."""
        figure = self.figures[index]
        values = {-sign * state.residuals[number] for number, sign in figure.sums if number not in state.given_up}
        for value in sorted(values):
            cost = figure.worth(value) if figure.worth is not None else None
            if cost is not None:
                yield self._changed(state, (Change(index, value),), cost)

    def _changed(self, state: _State, changes: Iterable[Change], cost: float) -> _State:
        residuals = list(state.residuals)
        for index, delta in changes:
            for number, sign in self.figures[index].sums:
                residuals[number] += sign * delta
        return _State(tuple(residuals), state.given_up, (*state.changes, *changes), state.cost + cost)

    def _bound(self, state: _State) -> float:
        """Return at most what a full explanation from here on costs.

        The cost of a change is shared out among the sums it is in, so that the least shares of all sums that fail may
        be added up. Sums in which a figure is still unread count nothing.
        """
        open_ = {number for index in self._pending(state) for number, _ in self.figures[index].sums}
        return state.cost + sum(
            self._least(number, residual)
            for number, residual in enumerate(state.residuals)
            if residual and number not in state.given_up and number not in open_
        )

    def _least(self, number: int, residual: int) -> float:
        known = self.bounds.get((number, residual))
        if known is None:
            known = self.bounds[number, residual] = self._least_share(number, residual)
        return known

    def _least_share(self, number: int, residual: int) -> float:
        effects = self.by_effect[number]
        least = (
            3 * self.cheapest[number] if self.sums[number].firm else min(self.wrong_in_print, 3 * self.cheapest[number])
        )
        for cost, change in effects.get(-residual, ()):
            least = min(least, self._share(change.figure, cost))
        for effect, found in effects.items():
            others = effects.get(-residual - effect)
            if others is None:
                continue
            for cost, change in found:
                share = self._share(change.figure, cost)
                if share >= least:
                    continue
                for other_cost, other in others:
                    if change.figure < other.figure:
                        least = min(least, share + self._share(other.figure, other_cost))
        return least
