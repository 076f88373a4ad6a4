"""Results -> the files of a dataset, in bounded memory, the same bytes each time.

Rows are sorted by ``report_id`` in each file and stay in the order of the report; findings about the dataset follow
those of the report they concern. Which reports stand in one file :mod:`gxstudy.corpus.parts` says. A part whose reports
are those of an earlier build is left as it is. The others are written aside first; then they take the place of the old
ones together.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gxstudy.corpus.choice import Candidate, choose
from gxstudy.corpus.index import Index, Made
from gxstudy.corpus.inventory import Failure, Inventory, RawFile
from gxstudy.corpus.package import data_package, schemas
from gxstudy.corpus.parts import Place, parts
from gxstudy.corpus.results import LIBRARIES, Head, version
from gxstudy.corpus.writing import (
    Job,
    Known,
    Outcome,
    Source,
    Writer,
    choice_of,
    job,
    made,
    said_of,
    write_jobs,
)
from gxstudy.corrections import Correction
from gxstudy.findings import Code
from gxstudy.frames.dictionary import PRODUCTS, Product, product
from gxstudy.frames.records import columns
from gxstudy.organs import divisions_source, same_organ
from gxstudy.several import named
from gxstudy.text import squeeze

if TYPE_CHECKING:
    pass

__all__ = ["FORMAT", "MANIFEST", "digest", "replace", "write"]

MANIFEST = "manifest.json"
FORMAT = 2
"""Number of the layout of a dataset, told in its manifest."""

_INPUTS = "inputs.sha256"
_PACKAGE = "datapackage.json"
_BATCH_ROWS = 1 << 14
_GROUP_ROWS = 1 << 17
_OF_REPORTS = tuple(of for of in PRODUCTS if of.name != "failures")


def digest(inventory: Inventory) -> str:
    """Return the digest of all that a dataset is made from, but the versions of what makes it."""
    told = hashlib.sha256(f"{FORMAT} {inventory.registry} {inventory.not_reports} {inventory.ignored}\n".encode())
    for file in inventory.files:
        told.update(f"{(file.path, file.sha256, file.report_id, *file.registered, file.listed)}\n".encode())
    for failure in inventory.failures:
        told.update(f"{tuple(failure)}\n".encode())
    for correction in inventory.corrections:
        told.update(f"{tuple(correction)}\n".encode())
    for path, sha256 in inventory.hashes:
        told.update(f"{sha256} {path}\n".encode())
    return told.hexdigest()


def write(
    staged: Path,
    out: Path,
    inventory: Inventory,
    heads: Mapping[str, tuple[Head, ...]],
    source: Source,
    index: Index,
    *,
    processes: int = 1,
) -> frozenset[str]:
    """Write what is new of a dataset into an empty folder.

    Parameters
    ----------
    staged
        The empty folder.
    out
        Where the dataset will be, and where an earlier one may be.
    inventory
        What is in the raw folder.
    heads
        What came of each file, by its hash: each report in it, or one failure.
    source
        Gives the result of a file by its hash; asked for once, so that they need not be held.
    index
        Knows from what the files in ``out`` were made, and learns it of the new ones.
    processes
        How many processes write at once, this one included; the bytes are the same.

    Returns
    -------
    frozenset of str
        The names of all files of the dataset: those in ``staged``, and those in ``out`` that stay.
    """
    told = sorted(_outcomes(inventory.files, heads), key=lambda outcome: outcome.file.report_id)
    reports = [outcome for outcome in told if outcome.head.outcome == "read"]
    failures = [*inventory.failures, *(_failure(outcome) for outcome in told if outcome.head.outcome == "failed")]
    failures.sort(key=lambda failure: failure.path)
    known = _known(reports, inventory.corrections)
    layout = parts(Place(file.report_id, *said_of(file, head), head.figures) for file, head, _ in reports)
    files: dict[str, Made] = {}
    jobs = [job(part, (reports[number] for number in part.members), known) for part in layout]
    stay = [_there(out, one, index) for one in jobs]
    wanted = [one for one, there in zip(jobs, stay, strict=True) if there is None]
    written = iter(write_jobs(wanted, staged, source, processes=processes))
    for there in stay:
        files |= next(written) if there is None else there
    files |= _write_failures(staged, failures)
    listing = "".join(f"{sha256}  {path}\n" for path, sha256 in inventory.hashes)
    (staged / _INPUTS).write_bytes(listing.encode())
    files[_INPUTS] = made(staged, _INPUTS, "", len(inventory.hashes))
    for name, described in {**schemas(files), _PACKAGE: data_package(files)}.items():
        _write_json(staged / name, described)
        files[name] = made(staged, name, "", 0)
    counts = {
        "files": len(inventory.files) + len(inventory.failures),
        "read": sum(outcome.number == 0 for outcome in reports),
        "failed": len(failures),
        "failed_by_reason": dict(sorted(Counter(failure.reason for failure in failures).items())),
        "not_reports": inventory.not_reports,
        "ignored_by_ending": dict(inventory.ignored),
        "rows": {of.name: _rows(files, of) for of in PRODUCTS},
        "corrections": _counted(reports, inventory.corrections),
        "choices": dict(sorted(Counter(choice_of(outcome, known) or "unknown" for outcome in reports).items())),
    }
    _write_json(staged / MANIFEST, _manifest(inventory, counts, files, parted=bool(layout and layout[0].name)))
    files[MANIFEST] = made(staged, MANIFEST, "", 0)
    for name, known_file in files.items():
        if (staged / name).exists():
            index.learn_made(staged / name, known_file)
    index.commit()
    return frozenset(files)


def replace(staged: Path, out: Path, names: frozenset[str]) -> None:
    """Put the files of ``staged`` in the place of those that an earlier build wrote to ``out``.

    The manifest goes first and comes last: a dataset without one is not complete, and is not opened. Of the files of an
    earlier dataset those stay that are in ``names``. Files that no build wrote (such as drawn figures) stay.
    """
    new = sorted(place.relative_to(staged).as_posix() for place in staged.rglob("*") if place.is_file())
    for name in new:
        with (staged / name).open("rb") as file:
            os.fsync(file.fileno())
    stale = _written_before(out) - names
    (out / MANIFEST).unlink(missing_ok=True)
    _settle(out)
    for name in sorted(stale):
        (out / name).unlink(missing_ok=True)
    for folder in sorted({(out / name).parent for name in stale} - {out}, reverse=True):
        _remove_empty(folder, out)
    for name in new:
        if name != MANIFEST:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (staged / name).replace(out / name)
    for folder in sorted({(out / name).parent for name in new}, reverse=True):
        _settle(folder)
    (staged / MANIFEST).replace(out / MANIFEST)
    _settle(out)
    shutil.rmtree(staged)


def _written_before(out: Path) -> set[str]:
    """Return the names of all files that builds wrote: told by the manifest, and named as only a build names them.

    A build that was ended while its files took their places has left no manifest.
    """
    try:
        names = set(json.loads((out / MANIFEST).read_bytes())["sha256"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        names = set()
    for of in PRODUCTS:
        names |= {
            name
            for name in (f"{of.name}.csv", f"{of.name}.parquet", f"{of.name}.schema.json")
            if (out / name).is_file()
        }
        below = out / f"{of.name}.parquet"
        names |= {place.relative_to(out).as_posix() for place in below.rglob("*") if place.is_file()}
    return names


def _remove_empty(folder: Path, top: Path) -> None:
    """Remove a folder, and those above it, as far as they are empty."""
    while folder != top and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _settle(folder: Path) -> None:
    """Have the names in a folder outlast a loss of power, where the system can."""
    if hasattr(os, "O_DIRECTORY"):
        known = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(known)
        finally:
            os.close(known)


def _there(out: Path, one: Job, index: Index) -> dict[str, Made] | None:
    """Return the files of a part that an earlier build wrote from the same, None where one is not there."""
    found = {name: index.made(out, name) for some in one.names.values() for name in some}
    there = {name: file for name, file in found.items() if file is not None and file.inputs == one.inputs}
    return there if len(there) == len(found) else None


def _write_failures(staged: Path, failures: list[Failure]) -> dict[str, Made]:
    of = product("failures")
    names = (f"{of.name}.parquet", f"{of.name}.csv")
    with Writer(of, *(staged / name for name in names)) as writer:
        writer.add(columns(of, failures))
    return {name: made(staged, name, "", len(failures)) for name in names}


def _rows(files: Mapping[str, Made], of: Product) -> int:
    return sum(made.rows for name, made in files.items() if name.startswith(f"{of.name}.parquet"))


def _counted(reports: list[Outcome], corrections: Sequence[Correction]) -> dict[str, int]:
    """Count the corrections in force, and those of them that concern no report of the dataset."""
    concern = sum(map(len, _decided(reports, corrections).values()))
    return {"in_force": len(corrections), "of_no_report": len(corrections) - concern}


def _outcomes(files: Sequence[RawFile], heads: Mapping[str, tuple[Head, ...]]) -> Iterator[Outcome]:
    """Yield what came of each file, report by report."""
    names = {file.report_id for file in files}
    for file in files:
        for number, head in enumerate(heads[file.sha256]):
            yield Outcome(_named(file, number, names), head, number)


def _named(file: RawFile, number: int, taken: Container[str]) -> RawFile:
    """Return a file under the name of a report in it; the registry says whose the first is, and of no other."""
    if number == 0:
        return file
    name = named(file.report_id, number)
    return file._replace(
        report_id=named(file.path, number) if name in taken else name,
        registered=file.registered._replace(organ=None, year=None),
    )


def _failure(outcome: Outcome) -> Failure:
    file, said = outcome.file, outcome.file.registered
    told = (outcome.head.reason, outcome.head.message, file.sha256)
    return Failure(file.path, *told, said.source or file.path, said.organ, said.year)


def _known(reports: list[Outcome], corrections: Sequence[Correction]) -> dict[str, Known]:
    """Return what their files do not say, by ``report_id``, of the reports of which there is something to say."""
    found: dict[str, list[tuple[Code, str]]] = defaultdict(list)
    for file, head, number in reports:
        said = file.registered
        if file.listed is False and number == 0:
            found[file.report_id].append((Code.NOT_IN_REGISTRY, f"the registry does not list {file.path}"))
        if said.organ and head.organ and squeeze(said.organ) != squeeze(head.organ):
            message = f"the report names {head.organ}, the registry {said.organ}; the report is followed"
            found[file.report_id].append((Code.REGISTRY_DISAGREES, message))
        if said.year is not None and head.year is not None and said.year != head.year:
            message = f"the report is on {head.year}, the registry says {said.year}; the report is followed"
            found[file.report_id].append((Code.REGISTRY_DISAGREES, message))
    candidates = [
        Candidate(file.report_id, file.path, file.registered.published, *said_of(file, head), head)
        for file, head, _ in reports
    ]
    links = same_organ((one.organ, one.year) for one in candidates if one.organ and one.year is not None)
    chosen = choose(candidates, links.ids)
    contested = set(links.contested)
    as_written = {one.report_id: links.ids[key] for one in candidates if (key := (one.organ, one.year)) in contested}
    for file, head, _ in reports:
        one = chosen.get(file.report_id)
        if one is not None:
            others = ", ".join(one.others)
            message = (
                f"the same organ has another report on {said_of(file, head)[1]}: {others}; {one.choice}: {one.why}"
            )
            found[file.report_id].append((Code.SEVERAL_OF_ORGAN_AND_YEAR, message))
    decided = _decided(reports, corrections)
    return {
        name: Known(chosen.get(name), tuple(found.get(name, ())), decided.get(name, ()), as_written.get(name))
        for name in (*found, *decided, *as_written)
    }


def _decided(reports: list[Outcome], corrections: Sequence[Correction]) -> dict[str, tuple[Correction, ...]]:
    """Return the corrections that concern each report: made on its file, or on another file of its name."""
    ours = {(file.sha256, number): file.report_id for file, _, number in reports}
    names = set(ours.values())
    found: dict[str, list[Correction]] = defaultdict(list)
    for one in corrections:
        name = ours.get(one.whose, one.report_id)
        if name in names:
            found[name].append(one)
    return {name: tuple(some) for name, some in found.items()}


def _manifest(
    inventory: Inventory, counts: dict[str, Any], files: Mapping[str, Made], *, parted: bool
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "gxstudy": version("gxstudy"),
        "libraries": {library: version(library) for library in LIBRARIES if version(library)},
        "divisions": divisions_source(),
        "inputs": {"list": _INPUTS, "registry_sha256": inventory.registry},
        "parted_by": "year" if parted else None,
        "counts": counts,
        "sha256": {name: files[name].sha256 for name in sorted(files)},
    }


def _write_json(place: Path, value: dict[str, Any]) -> None:
    place.write_bytes((json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode())
