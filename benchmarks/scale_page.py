"""What the scale benchmark measured -> the text of SCALE.md."""

from __future__ import annotations

import os
import platform
import statistics
from typing import NamedTuple

__all__ = ["MEBIBYTE", "NEW", "Built", "Measured", "written"]

MEBIBYTE = 1 << 20
NEW = 10


class Built(NamedTuple):
    """What one build took: seconds by the clock and of the processor, peaks of memory in MiB, load before it.

    ``quarters``: the peak of memory in each quarter of the time.
    """

    seconds: float
    busy: float
    peak: float
    parent: float
    resident: float
    quarters: tuple[float, float, float, float]
    load: float


class Measured(NamedTuple):
    """Everything: how many files, of how many one worker and two were compared, the builds, what is on disk."""

    files: int
    some: int
    raw_bytes: int
    compared: dict[int, list[Built]]
    whole: Built
    same: list[Built]
    ten: Built
    held: dict[str, int]
    counts: dict[str, int]


def written(of: Measured) -> str:
    """Return SCALE.md."""
    return "\n".join((_head(of), _rates(of), _workers(of), _memory(of), _again(of), _disk(of), _million(of)))


def _table(*rows: tuple[object, ...]) -> str:
    head, *others = rows
    lines = (head, ("---",) * len(head), *others)
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n"


def _head(of: Measured) -> str:
    loads = [one.load for builds in of.compared.values() for one in builds] + [of.whole.load]
    processors = os.cpu_count()
    return f"""# Scale

Written by `make bench-scale`: {of.files:,} reports, typeset once from invented figures in varied layouts of both
editions ({of.raw_bytes / MEBIBYTE:.0f} MiB, {of.raw_bytes / of.files / 1024:.0f} KiB each), built with `gxstudy build`.
{platform.machine()}, {processors} processors, Python {platform.python_version()}.

Load of the machine before each build: {min(loads):.1f} to {max(loads):.1f}. An idle one has 0; {processors} or more
means that other programs were running, and times by the clock are then longer than they need be. Times of the processor
suffer less, and so do ratios of builds that ran in turn.{_priority()}
"""


def _priority() -> str:
    nice = os.nice(0) if hasattr(os, "nice") else 0
    return f" The builds had priority over other programs (niceness {nice})." if nice < 0 else ""


def _rates(of: Measured) -> str:
    each = of.whole.busy / of.files
    rows = (
        ("", ""),
        (f"{of.files:,} files, two workers", f"{of.whole.seconds:.0f} s"),
        ("by the clock", f"**{of.files / of.whole.seconds:.1f} files a second**"),
        ("processor time of a file, everything included", f"{each * 1000:.1f} ms"),
        ("two processors that do nothing else", f"{2 / each:.1f} files a second"),
        ("read", f"{of.counts['read']:,}"),
        ("failed", f"{of.counts['failed']:,}"),
        ("figures", f"{of.counts['figures']:,}"),
    )
    return f"## Files a second\n\n{_table(*rows)}"


def _workers(of: Measured) -> str:
    pairs = list(zip(of.compared[1], of.compared[2], strict=True))
    rows = [("round", "one worker, s", "two workers, s", "speed-up")]
    rows += [
        (str(number), f"{one.seconds:.1f}", f"{two.seconds:.1f}", f"{one.seconds / two.seconds:.2f}")
        for number, (one, two) in enumerate(pairs, start=1)
    ]
    first, second = (statistics.median(one.seconds for one in of.compared[jobs]) for jobs in (1, 2))
    ratio = statistics.median(one.seconds / two.seconds for one, two in pairs)
    rows.append(("median", f"{first:.1f}", f"{second:.1f}", f"**{ratio:.2f}**"))
    busy = [statistics.median(one.busy for one in of.compared[jobs]) / of.some * 1000 for jobs in (1, 2)]
    return f"""## One worker and two

The same {of.some:,} files, built from nothing by one worker and by two in turn. Starting and writing are included.

{_table(*rows)}
Processor time of a file: {busy[0]:.1f} ms with one worker, {busy[1]:.1f} ms with two.
"""


def _memory(of: Measured) -> str:
    rows = (
        ("", "MiB"),
        ("all processes, peak", f"**{of.whole.peak:.0f}**"),
        ("the parent alone, peak", f"{of.whole.parent:.0f}"),
        ("all, peak in each quarter of the time", ", ".join(f"{peak:.0f}" for peak in of.whole.quarters)),
        ("plain sum of resident sizes, peak", f"{of.whole.resident:.0f}"),
    )
    return f"""## Memory

Of the build of {of.files:,} files with two workers. Memory that processes share is counted once (proportional set
size); the plain sum of resident sizes counts it once for each process.

{_table(*rows)}"""


def _again(of: Measured) -> str:
    again = statistics.median(one.seconds for one in of.same)
    rows = (
        ("", "s", "s of the processor"),
        (
            f"nothing new (median of {len(of.same)})",
            f"{again:.2f}",
            f"{statistics.median(o.busy for o in of.same):.2f}",
        ),
        (f"{NEW} new of {of.files + NEW:,}", f"{of.ten.seconds:.2f}", f"{of.ten.busy:.2f}"),
        ("all of them, for comparison", f"{of.whole.seconds:.2f}", f"{of.whole.busy:.2f}"),
    )
    return f"## Again\n\n{_table(*rows)}"


def _disk(of: Measured) -> str:
    rows = [("", "MiB", "KiB a report")]
    rows += [(name, f"{size / MEBIBYTE:.1f}", f"{size / of.files / 1024:.2f}") for name, size in of.held.items()]
    return f"## On disk\n\n{_table(*rows)}"


def _million(of: Measured) -> str:
    rate, each, times = of.files / of.whole.seconds, of.whole.busy / of.files, 10**6 / of.files
    hours = 10**6 * each / 3600
    dataset = sum(size for name, size in of.held.items() if not name.startswith("the cache"))
    figures = of.counts["figures"] / max(of.counts["read"], 1)
    again = statistics.median(one.seconds for one in of.same)
    rows = (
        ("", "arithmetic", ""),
        ("two workers here", f"1,000,000 / {rate:.1f} a second", f"{10**6 / rate / 3600:.1f} hours"),
        ("processor time", f"1,000,000 × {each * 1000:.1f} ms", f"{hours:.1f} hours"),
        ("32 processors of a cluster", f"{hours:.1f} hours / 32, where storage keeps up", f"{hours / 32:.1f} hours"),
        (
            "raw files",
            f"{of.raw_bytes / of.files / 1024:.0f} KiB × 1,000,000",
            f"{of.raw_bytes * times / 2**30:.0f} GiB",
        ),
        ("dataset", f"{dataset / of.files / 1024:.2f} KiB × 1,000,000", f"{dataset * times / 2**30:.1f} GiB"),
        ("figures", f"{figures:.0f} × 1,000,000", f"{figures:.0f} million"),
        ("nothing new", f"{again:.2f} s × {times:g}", f"{again * times / 60:.1f} minutes"),
    )
    return f"""## A million

Nothing here was measured: each line is what was measured above, times {times:g}. What is done once a build, such as
starting, is counted {times:g} times too.

{_table(*rows)}"""
