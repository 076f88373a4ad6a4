from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import handmade
import markup
import nbformat
import pytest
from click.testing import CliRunner, Result

import gxstudy
import gxstudy.corpus
import gxstudy.figures
import gxstudy.report
from gxstudy import errors, specimens
from gxstudy.cli import commands
from gxstudy.cli.running import normalised, run_notebook
from gxstudy.figures.every import DRAWINGS
from gxstudy.findings import Code, Place, finding

RAW = Path(__file__).resolve().parents[1] / "data" / "raw"
HONGZE = handmade.report(
    handmade.HONGZE_DISPUTES,
    variant=True,
    findings=(
        finding(Code.VARIANT_ROW, "one row"),
        finding(Code.IDENTITY_FAILED, "11 is not 0", Place("disputes", "review", page=4)),
    ),
)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands, [str(argument) for argument in arguments], prog_name="gxstudy")


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any file named good*.pdf reads as a sound report, bad*.pdf as one with failed sums; others are truly read."""
    truly = gxstudy.report.read_report

    def read_report(source: Path, *, second_reader: str | None) -> gxstudy.report.Report:
        if source.name.startswith("good"):
            return handmade.report()
        return HONGZE if source.name.startswith("bad") else truly(source, second_reader=second_reader)  # type: ignore[arg-type]

    def read_reports(source: Path, *, second_reader: str | None) -> tuple[gxstudy.report.Report, ...]:
        return (read_report(source, second_reader=second_reader),)

    monkeypatch.setattr(gxstudy.report, "read_report", read_report)
    monkeypatch.setattr(gxstudy.report, "read_reports", read_reports)


def test_help_names_every_command_and_every_exit_code() -> None:
    result = run("--help")
    assert result.exit_code == 0
    for command in ("show", "trace", "check", "build", "figures", "notebooks", "reproduce"):
        assert re.search(rf"^  {command} ", result.output, re.MULTILINE)
        assert run(command, "--help").exit_code == 0
    codes = {getattr(errors, name).exit_code for name in errors.__all__}
    assert codes | {0} == {int(code) for code in re.findall(r"^ +(\d+)  \w", result.output, re.MULTILINE)}


def test_help_is_quick_for_it_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from gxstudy.cli import commands\n"
        "commands(['--help'], standalone_mode=False)\n"
        "print(sorted({'numpy', 'pandas', 'matplotlib', 'PIL', 'pypdfium2', 'rich', 'nbformat'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_module_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "gxstudy", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"gxstudy, version {gxstudy.__version__}\n"


def test_output_that_cannot_show_a_sign_gets_a_question_mark(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "gbk", "PYTHONUTF8": "0"}
    missing = tmp_path / "✗.pdf"
    done = subprocess.run(
        [sys.executable, "-m", "gxstudy", "show", str(missing)], capture_output=True, check=False, env=env
    )
    assert done.returncode == 10
    assert done.stderr.decode("gbk") == f"gxstudy: {tmp_path}/?.pdf: No such file or directory\n"


@pytest.mark.parametrize("command", ["show", "check"])
@pytest.mark.parametrize(
    "content, code",
    [(b"", 11), (b"\x00\x01\x02 nothing that is known", 12), (b"%PDF-1.7\n1 0 obj\n<< /Type", 13)],
)
def test_an_unreadable_file_is_one_message_and_its_exit_code(
    tmp_path: Path, command: str, content: bytes, code: int
) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(content)
    result = run(command, path)
    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr.startswith("gxstudy: ")
    assert str(path) in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_missing_file_and_a_folder_are_messages_too(tmp_path: Path) -> None:
    assert run("show", tmp_path / "none.pdf").stderr == f"gxstudy: {tmp_path / 'none.pdf'}: No such file or directory\n"
    assert run("show", tmp_path).exit_code == 10
    assert run("check", tmp_path / "none.pdf").exit_code == 10
    assert run("show").exit_code == 2
    assert run("show", tmp_path, "--lang", "fr").exit_code == 2


@pytest.mark.usefixtures("reads")
def test_show_prints_the_tables_in_the_language_asked_for_without_colour() -> None:
    printed, english = run("show", "bad.pdf"), run("show", "bad.pdf", "--lang", "en")
    assert printed.exit_code == english.exit_code == 0
    assert "行政复议: 10+1+0+0 = 11, printed 0" in printed.stdout
    assert "Administrative reconsideration: 10+1+0+0 = 11, printed 0" in english.stdout
    assert "\x1b" not in printed.stdout


@pytest.mark.usefixtures("reads")
def test_check_is_one_line_a_report_and_goes_on_after_a_bad_one(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pdf"
    empty.touch()
    result = run("check", "bad.pdf", empty, "good.pdf")
    assert result.exit_code == 11
    assert result.stdout.splitlines() == [
        (
            "✗ bad.pdf: 某某县人民政府, 2023; form 2021; 186 figures (161 proved, 5 consistent, 10 unchecked, "
            "10 contradicted); 2 failed sums; 2 findings (1 error, 1 info)"
        ),
        (
            "✓ good.pdf: 某某县人民政府, 2023; form 2021; 200 figures (175 proved, 15 consistent, 10 unchecked); "
            "0 failed sums; 0 findings"
        ),
    ]
    assert len(result.stderr.splitlines()) == 1
    assert run("check", "good.pdf", "bad.pdf").exit_code == 1
    assert run("check", "good.pdf", "good2.pdf").exit_code == 0


@pytest.mark.usefixtures("reads")
def test_check_json_is_one_object_a_line_errors_included(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pdf"
    empty.touch()
    result = run("check", "--json", empty, "bad.pdf")
    assert result.exit_code == 11
    assert result.stderr == ""
    failed, bad = map(json.loads, result.stdout.splitlines())
    assert failed["file"] == str(empty)
    assert failed["error"]["kind"] == "EmptyFileError"
    assert failed["error"]["exit_code"] == 11
    assert bad["organ"] == "某某县人民政府"
    assert bad["grades"] == {"consistent": 5, "contradicted": 10, "proved": 161, "unchecked": 10}
    assert bad["failed_sums"][0] == {
        "identity": "results",
        "table": "disputes",
        "at": "review",
        "left": "11",
        "right": "0",
        "text": "行政复议: 10+1+0+0 = 11, printed 0",
    }
    assert bad["findings"][1]["where"] == {"table": "disputes", "row": "review", "page": 4}


def test_a_second_reader_confirms_what_no_sum_can() -> None:
    path = RAW / "reports" / "hotan-science-2024.pdf"
    once, twice = run("check", path), run("check", path, "--second-reader", "camelot")
    assert "10 unchecked" in once.stdout
    assert "10 confirmed" in twice.stdout


@pytest.mark.parametrize("name, code", [("hotan-science-2024", 0), ("hongze-2023", 1), ("hongze-2024", 0)])
def test_check_of_a_real_report(shared: Path, name: str, code: int) -> None:
    result = run("check", shared / "reports" / f"{name}.pdf")
    assert result.exit_code == code, result.output
    assert len(result.output.splitlines()) == 1


def hashes(folder: Path) -> dict[str, str]:
    """What is in a folder, caches left out."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and ".cache" not in path.parts)
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def one_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all figures only the first is drawn."""
    truly = gxstudy.figures.draw_all
    monkeypatch.setattr(gxstudy.figures, "draw_all", partial(truly, drawings=DRAWINGS[:1]))


@pytest.mark.usefixtures("one_drawing")
def test_reproduce_builds_runs_and_draws(tmp_path: Path) -> None:
    raw, processed = tmp_path / "data" / "raw", tmp_path / "data" / "processed"
    raw.mkdir(parents=True)
    for name in ("published_figures.csv", "fee_cases.csv"):
        shutil.copy(RAW / name, raw)
    for name in ("hongze-2023.pdf", "hotan-science-2024.pdf"):
        shutil.copy(RAW / "reports" / name, raw)
    (tmp_path / "notebooks").mkdir()
    source = "import gxstudy as gx\nlen(gx.open('../data/processed').figures)"
    path = notebook(tmp_path / "notebooks" / "one.ipynb", source)
    result = run("reproduce", "--root", tmp_path, "--jobs", "1")
    assert result.exit_code == 0, result.output
    assert f"{processed}: 2 of 2 files read, 386 figures" in result.output
    assert result.stderr == ""
    assert nbformat.reads(path.read_text(), as_version=4).cells[1].outputs[0].data["text/plain"] == "386"
    drawn = {place.name for place in (processed / "figures").iterdir()}
    stems = (DRAWINGS[0].name, f"{DRAWINGS[0].name}_zh")
    assert drawn == {f"{stem}.{kind}" for stem in stems for kind in ("pdf", "svg", "png", "csv")}


@pytest.mark.usefixtures("one_drawing")
def test_figures_are_of_the_language_and_kinds_asked_for(tmp_path: Path) -> None:
    processed = RAW.parent / "processed"
    told = ("--raw", RAW, "--processed", processed, "--out", tmp_path)
    result = run("figures", *told, "--lang", "zh", "--format", "svg,pdf")
    assert result.exit_code == 0, result.output
    name = f"{DRAWINGS[0].name}_zh"
    assert result.stdout == f"{tmp_path / name}\n"
    assert sorted(place.name for place in tmp_path.iterdir()) == [f"{name}.csv", f"{name}.pdf", f"{name}.svg"]
    column = (tmp_path / f"{name}.svg").read_text().splitlines()
    assert run("figures", *told, "--lang", "zh", "--format", "svg", "--width", "page").exit_code == 0
    assert (tmp_path / f"{name}.svg").read_text().splitlines() != column
    assert run("figures", *told, "--lang", "zh", "--format", "svg", "--journal", "elsevier").exit_code == 0
    width = re.search(r'width="([\d.]+)pt"', (tmp_path / f"{name}.svg").read_text())
    assert width is not None
    assert round(float(width[1]) / 72 * 25.4) == 90
    wrong = run("figures", *told, "--format", "svg,gif")
    assert wrong.exit_code == 2
    assert wrong.stderr == "gxstudy: formats='gif'; expected one of pdf, svg, png\n"


def test_trace_writes_the_picture_of_one_place(tmp_path: Path) -> None:
    path, out = RAW / "reports" / "hongze-2023.pdf", tmp_path / "place.png"
    result = run("trace", path, "disputes", "review", "total", "--out", out)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{out}: 行政复议 / 总计\n"
    report = gxstudy.read_report(path)
    assert out.read_bytes() == gxstudy.trace(report, "disputes", "review", "total").png
    wrong = run("trace", path, "disputes", "review", "sum", "--out", out)
    assert wrong.exit_code == 2
    assert "no figure at ('disputes', 'review', 'sum')" in wrong.stderr
    nowhere = run("trace", path, "disputes", "review", "total", "--out", tmp_path / "none" / "place.png")
    assert nowhere.exit_code == 2
    assert nowhere.stderr == f"gxstudy: there is no folder {tmp_path / 'none'} to write place.png to\n"


def test_trace_names_its_file_by_what_it_shows(tmp_path: Path) -> None:
    pdf, page = RAW / "reports" / "hongze-2023.pdf", tmp_path / "page.html"
    blank = specimens.Specimen("某市人民政府", 2024, {})
    page.write_text(markup.web_page(replace(blank, figures=specimens.invented(blank, seed=3))), encoding="utf-8")
    place = ("disputes", "review", "total")
    for file, ending, start in ((pdf, ".png", b"\x89PNG"), (page, ".html", b"<!DOCTYPE html>")):
        result = run("trace", file, *place, "--out", tmp_path / "place")
        assert result.exit_code == 0, result.output
        written = tmp_path / f"place{ending}"
        assert result.stdout.startswith(f"{written}: ")
        assert written.read_bytes().startswith(start)
    wrong = run("trace", page, *place, "--out", tmp_path / "other.png")
    assert wrong.exit_code == 2
    told = "the report has no pages to draw, its table is shown as HTML; name it other.html"
    assert wrong.stderr == f"gxstudy: other.png: {told}\n"
    wrong = run("trace", pdf, *place, "--out", tmp_path / "other.jpg")
    assert wrong.exit_code == 2
    assert wrong.stderr == "gxstudy: other.jpg: the page is shown as a picture, PNG; name it other.png\n"
    assert not list(tmp_path.glob("other.*"))


def test_build_counts_what_failed_and_goes_on(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    shutil.copy(RAW / "reports" / "hotan-science-2024.pdf", raw)
    (raw / "broken.pdf").write_bytes(b"%PDF-1.7\n1 0 obj")
    result = run("build", raw, tmp_path / "out", "--jobs", "1")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{tmp_path / 'out'}: 1 of 2 files read, 200 figures\n"
    assert result.stderr == f"{tmp_path / 'out'}: 1 failed, see failures.csv\n"
    assert (tmp_path / "out" / "failures.csv").read_text().count("broken") >= 1
    assert run("build", tmp_path / "none", tmp_path / "out").exit_code == 2


def test_build_hands_its_limits_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {}

    def build(raw: Path, out: Path, **options: object) -> gxstudy.Corpus:
        given.update(options)
        return truly(raw, out)

    truly = gxstudy.corpus.build
    monkeypatch.setattr(gxstudy.corpus, "build", build)
    limits = ("--jobs", "3", "--timeout", "5", "--memory", "500")
    assert run("build", RAW / "reports", tmp_path / "out", *limits).exit_code == 0
    assert {name: given[name] for name in ("jobs", "timeout", "memory")} == {"jobs": 3, "timeout": 5.0, "memory": 500}
    assert run("build", RAW, tmp_path / "out", "--memory", "0").exit_code == 2


def test_figures_need_a_dataset(tmp_path: Path) -> None:
    result = run("figures", "--processed", tmp_path, "--raw", RAW)
    assert result.exit_code == 2
    assert "build one with: gxstudy build" in result.stderr


def test_reproduce_outside_a_project_says_what_is_missing(tmp_path: Path) -> None:
    result = run("reproduce", "--root", tmp_path)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"gxstudy: there is no folder {tmp_path / 'data' / 'raw'}: ")
    assert list(tmp_path.iterdir()) == []


def notebook(path: Path, *sources: str) -> Path:
    """A notebook as another program may have left it: no cell ids, timings, a kernel of its own, stale outputs."""
    cells = [
        {
            "cell_type": "code",
            "execution_count": 7,
            "metadata": {"execution": {"iopub.execute_input": "2024-01-01T00:00:00Z"}, "tags": ["kept"]},
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["stale\n"]}],
            "source": source.splitlines(keepends=True),
        }
        for source in sources
    ]
    text = {"cell_type": "markdown", "metadata": {}, "source": ["# A title\n", "\n", "and text"]}
    metadata = {
        "kernelspec": {"name": "other", "display_name": "Other"},
        "language_info": {"name": "python", "version": "3.9.1"},
    }
    path.write_text(json.dumps({"cells": [text, *cells], "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}))
    return path


def test_a_notebook_runs_in_its_folder_and_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "beside.txt").write_text("beside")
    path = notebook(
        tmp_path / "one.ipynb",
        "import time\nprint('first')\ntime.sleep(0.05)\nprint(open('beside.txt').read())",
        "{name: hash(name) for name in {'some', 'names', 'in', 'a', 'set'}}",
    )
    result = run("notebooks", tmp_path)
    assert result.exit_code == 0, result.output
    once = path.read_bytes()
    run_notebook(path)
    assert path.read_bytes() == once
    read = nbformat.reads(once.decode(), as_version=4)
    nbformat.validate(read)
    first, second = read.cells[1:]
    assert [output["text"] for output in first.outputs] == ["first\nbeside\n"]
    assert (first.execution_count, second.execution_count) == (1, 2)
    assert first.metadata == {"tags": ["kept"]}
    assert [cell.id for cell in read.cells] == ["cell-1", "cell-2", "cell-3"]
    assert read.metadata.kernelspec.name == "python3"
    assert "3.11" not in json.dumps(read.metadata)


def test_a_failing_notebook_is_named_with_its_cell_and_left_as_it_was(tmp_path: Path) -> None:
    path = notebook(tmp_path / "bad.ipynb", "1 + 1", "raise ValueError('no such figure')", "2")
    before = path.read_bytes()
    result = run("notebooks", tmp_path)
    assert result.exit_code == 1
    assert result.stderr == f"gxstudy: {path}, code cell 2: ValueError: no such figure\n"
    assert path.read_bytes() == before


def test_a_folder_without_notebooks_and_a_file_that_is_none_say_so(tmp_path: Path) -> None:
    assert "there is no notebook (*.ipynb) in" in run("notebooks", tmp_path).stderr
    (tmp_path / "odd.ipynb").write_text("{}")
    result = run("notebooks", tmp_path)
    assert result.exit_code == 2
    assert "odd.ipynb is no notebook of format 4" in result.stderr


def test_normalising_twice_changes_nothing_and_keeps_what_was_written(tmp_path: Path) -> None:
    plain = json.loads(notebook(tmp_path / "n.ipynb", "1").read_text())
    once = normalised(plain)
    assert normalised(once) == once
    assert [cell["source"] for cell in once["cells"]] == [cell["source"] for cell in plain["cells"]]
    assert once["cells"][1]["outputs"] == plain["cells"][1]["outputs"]
