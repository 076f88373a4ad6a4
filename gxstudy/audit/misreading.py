"""What it takes to misread a number: the cost of every other print that a recogniser may have read so.

A cost is minus the natural logarithm of a probability: how doubtful the recogniser was of a character, times how often
that digit is taken for the other. The shares are rough and few on purpose; a proposal must be far ahead of the next.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache

__all__ = ["LEAST_DOUBT", "misreadings", "worth"]

LEAST_DOUBT, MOST_DOUBT = 0.001, 0.9
"""Doubt (one less the certainty) is taken for no less and no more: recognisers are surer than they are right."""
_ALIKE = ("08", "06", "09", "17", "27", "35", "38", "49", "56", "58", "68", "69", "89", "14", "39")
_SHARE_ALIKE, _SHARE_OTHER, _SHARE_LOST, _SHARE_DOUBLE, _SHARE_ADDED = 0.10, 0.01, 0.005, 0.05, 0.02
_LETTERS = {
    **dict.fromkeys("OoQD〇○口回ＯoC", "0"),
    **dict.fromkeys("lI|i!丨｜［][」「t/", "1"),
    **dict.fromkeys("Zz", "2"),
    **dict.fromkeys("Ss$", "5"),
    **dict.fromkeys("B&", "8"),
    **dict.fromkeys("gq", "9"),
    **dict.fromkeys("bG", "6"),
    **dict.fromkeys("A人", "4"),
    **dict.fromkeys("了T", "7"),
    **dict.fromkeys("ヨ彐", "3"),
}
_LETTER_ALIKE, _LETTER_OTHER, _CHARACTER_ADDED, _NOTHING_READ = (-math.log(share) for share in (0.6, 0.08, 0.1, 0.15))


def _doubt(certainty: float) -> float:
    return min(max(1 - certainty, LEAST_DOUBT), MOST_DOUBT)


@cache
def _share(read: str, printed: str) -> float:
    return _SHARE_ALIKE if read + printed in _ALIKE or printed + read in _ALIKE else _SHARE_OTHER


def misreadings(digits: str, certainties: Sequence[float], *, dearest: float) -> dict[int, float]:
    """Return the numbers that may be printed where ``digits`` was read, each with its cost.

    Parameters
    ----------
    digits
        The number as read, without a leading zero.
    certainties
        The certainty of each digit, between 0 and 1.
    dearest
        Numbers that cost more are left out.

    Returns
    -------
    dict
        One digit taken for another, or two; one lost, or one too many. The number as read is not among them.
    """
    doubts = [_doubt(certainty) for certainty in certainties]
    doubtful = max(doubts)
    costs: dict[str, float] = {}

    def offer(printed: str, probability: float) -> None:
        if printed and (printed == "0" or printed[0] != "0"):
            cost = -math.log(probability)
            costs[printed] = min(cost, costs.get(printed, cost))

    single = [
        (at, digit, doubts[at] * _share(digits[at], digit))
        for at in range(len(digits))
        for digit in "0123456789"
        if digit != digits[at]
    ]
    for at, digit, probability in single:
        printed = digits[:at] + digit + digits[at + 1 :]
        offer(printed, probability)
        for other, second, also in single:
            if other > at and min(probability, also) >= LEAST_DOUBT * _SHARE_ALIKE:
                offer(printed[:other] + second + printed[other + 1 :], probability * also)
    for at in range(len(digits) + 1):
        for digit in "0123456789":
            double = digit in digits[max(0, at - 1) : at + 1]
            offer(digits[:at] + digit + digits[at:], doubtful * (_SHARE_DOUBLE if double else _SHARE_LOST))
    for at in range(len(digits)):
        offer(digits[:at] + digits[at + 1 :], doubts[at] * _SHARE_ADDED)
    costs.pop(digits, None)
    return {int(printed): cost for printed, cost in costs.items() if cost <= dearest}


def worth(raw: str) -> Callable[[int], float | None]:
    """Return what says at which cost a number may stand where ``raw``, which is none, was read.

    None for a negative number, and for one with more than twice as many digits as ``raw`` has characters. Where nothing
    at all was read in a cell with ink (U+FFFD) any number may stand.
    """
    characters = [character for character in raw if not character.isspace()]
    if characters == ["\ufffd"]:
        return lambda value: None if value < 0 else _NOTHING_READ

    @cache
    def cost(value: int) -> float | None:
        printed = str(value)
        if value < 0 or len(printed) > 2 * max(1, len(characters)):
            return None
        # The edit distance of the two, row by row.
        costs = [index * _CHARACTER_ADDED for index in range(len(characters) + 1)]
        for row, digit in enumerate(printed, 1):
            above = costs
            costs = [row * -math.log(_SHARE_LOST)]
            for column, character in enumerate(characters, 1):
                costs.append(
                    min(
                        above[column - 1] + _taken_for(character, digit),
                        above[column] - math.log(_SHARE_LOST),
                        costs[column - 1] + _CHARACTER_ADDED,
                    )
                )
        return costs[-1]

    return cost


@cache
def _taken_for(character: str, digit: str) -> float:
    """Return the cost of reading ``character`` where ``digit`` is printed."""
    if character == digit:
        return 0.0
    if character.isascii() and character.isdigit():
        return -math.log(_share(character, digit))
    return _LETTER_ALIKE if _LETTERS.get(character) == digit else _LETTER_OTHER
