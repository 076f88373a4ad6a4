"""The command in Chinese, completion, the doctor, JupyterLab opened: what is around the work of the command."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from babel.messages import mofile, pofile
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

from gxstudy import specimens
from gxstudy.cli import catalogue, commands, doctor, laboratory
from gxstudy.cli.speech import DOMAIN, LOCALES
from gxstudy.display import words

REPORT = Path(__file__).resolve().parents[1] / "data" / "raw" / "reports" / "hongze-2023.pdf"
CHINESE = LOCALES / "zh" / "LC_MESSAGES"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands, [str(argument) for argument in arguments], prog_name="gxstudy")


def speak(*arguments: str, **locale: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, in a locale."""
    kept = {name: value for name, value in os.environ.items() if name not in {"LC_ALL", "LC_MESSAGES", "LANG"}}
    command = [sys.executable, "-m", "gxstudy", *arguments]
    env = {**kept, "PYTHONUTF8": "1", **locale}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env, encoding="utf-8")


def test_the_locale_decides_the_language_of_help_and_messages() -> None:
    chinese = speak("build", "--help", LANG="zh_CN.UTF-8")
    assert "把一个文件夹中的报告读成数据集" in chinese.stdout
    assert "用法：" in chinese.stdout
    assert "Read the reports of a folder into a dataset." in speak("build", "--help", LANG="de_DE.UTF-8").stdout
    wrong = speak("shwo", LC_ALL="zh_CN.UTF-8", LANG="en_GB.UTF-8")
    assert wrong.returncode == 2
    assert "没有命令" in wrong.stderr


def test_the_compiled_messages_are_those_of_the_list() -> None:
    with (CHINESE / f"{DOMAIN}.po").open("rb") as source, (CHINESE / f"{DOMAIN}.mo").open("rb") as compiled:
        told = {message.id: message.string for message in pofile.read_po(source) if message.string and message.id}
        held = {message.id: message.string for message in mofile.read_mo(compiled) if message.id}
    assert held == told
    assert len(told) > 60


def test_a_message_keeps_its_places_and_its_examples_in_chinese() -> None:
    with (CHINESE / f"{DOMAIN}.po").open("rb") as source:
        told = {str(one.id): str(one.string) for one in pofile.read_po(source) if one.string and one.id}
    for english, chinese in told.items():
        assert sorted(re.findall(r"{\w*}", english)) == sorted(re.findall(r"{\w*}", chinese)), english
        examples = [re.findall(r"^ *(?:\w+: +)?gxstudy .*", text, re.MULTILINE) for text in (english, chinese)]
        assert [line.strip() for line in examples[0]] == [line.strip() for line in examples[1]], english
        assert re.findall(r"^ +(\d+)  \S", english, re.MULTILINE) == re.findall(r"^ +(\d+)  \S", chinese, re.MULTILINE)


def test_messages_are_gathered_from_help_options_and_calls() -> None:
    gathered = catalogue.messages()
    assert {"Language of the labels.", "code cell {number}", "No such command {name!r}."} <= set(gathered)
    assert any(text.startswith("Draw the page of one figure") for text in gathered)


def completed(*words: str) -> list[str]:
    """What the shell offers behind the words given; the last is what is begun."""
    *before, begun = words
    found = ShellComplete(commands, {}, "gxstudy", "_GXSTUDY_COMPLETE").get_completions(list(before), begun)
    return [item.value for item in found]


def test_commands_and_keys_of_figures_are_completed() -> None:
    assert completed("tr") == ["trace"]
    assert completed("trace", "a.pdf", "d") == ["disclosure", "disputes"]
    assert completed("trace", "a.pdf", "applications", "denied.s") == [
        "denied.state_secret",
        "denied.security_stability",
    ]
    assert completed("trace", "a.pdf", "disputes", "review", "") == ["upheld", "corrected", "other", "pending", "total"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_asks_the_command(shell: str) -> None:
    result = run("completion", shell)
    assert result.exit_code == 0
    assert f"_GXSTUDY_COMPLETE={shell}_complete" in result.stdout


def test_the_doctor_reads_a_trial_and_says_what_is_here() -> None:
    result = run("doctor", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["ok"] is True
    by_name = {one["what"]: one for one in told["checks"]}
    assert by_name["trial"]["told"].endswith("all its 200 figures are right")
    assert by_name["gxstudy"]["told"] == metadata.version("gxstudy")
    assert f"pandas {metadata.version('pandas')}" in by_name["libraries"]["told"]
    assert re.search(r"^✓ trial: ", run("doctor").stdout, re.MULTILINE)


def test_the_doctor_notices_a_reader_that_reads_wrongly(monkeypatch: pytest.MonkeyPatch) -> None:
    truly = specimens.draw

    def draw(specimen: specimens.Specimen) -> bytes:
        swapped = dict(specimen.figures)
        place = ("applications", "new", "total")
        swapped[place] = swapped[place][::-1] + "1"
        return truly(type(specimen)(specimen.organ, specimen.year, swapped))

    monkeypatch.setattr(specimens, "draw", draw)
    result = run("doctor")
    assert result.exit_code == 1
    assert (
        "1 of 200 figures of a report typeset here were read wrongly, the first: applications.new.total"
        in result.stdout
    )
    assert "install gxstudy anew" in result.stderr


def test_the_doctor_notices_a_missing_library_but_forgives_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    required = ["pandas>=3", "no-such-library>=1", "neither-this>=2 ; extra == 'aside'", "nor-this ; extra == 'test'"]
    monkeypatch.setattr(metadata, "requires", lambda _: required)
    found = {(one.what, one.state) for one in doctor.examine()}
    assert ("libraries", "wrong") in found
    assert ("gxstudy[aside]", "not installed") in found
    assert "gxstudy[test]" not in {what for what, _ in found}
    monkeypatch.setattr(metadata, "requires", lambda _: [required[0], required[2]])
    assert run("doctor").exit_code == 0


def test_lab_runs_this_environment_and_leaves_the_users_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = []

    def start(command: list[str], *, env: dict[str, str], check: bool) -> subprocess.CompletedProcess[str]:
        ran.append((command, env))
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr(subprocess, "run", start)
    assert run("lab", tmp_path, "--no-browser", "--port", "9000").exit_code == 3
    ((command, env),) = ran
    assert command == [
        *(sys.executable, "-m", "jupyterlab", f"--notebook-dir={tmp_path}"),
        *("--no-browser", "--port", "9000"),
    ]
    assert env["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)
    assert env["JUPYTER_PREFER_ENV_PATH"] == "1"
    nowhere = run("lab", tmp_path / "none")
    assert nowhere.exit_code == 2
    assert "there is no folder" in nowhere.stderr


def test_lab_lets_notebooks_draw_whatever_backend_the_shell_has() -> None:
    env = laboratory.environment({"MPLBACKEND": "agg", "JUPYTER_NO_CONFIG": "1", "USER": "someone"})
    assert "MPLBACKEND" not in env
    assert env["USER"] == "someone"


def test_show_json_holds_every_figure_exactly() -> None:
    result = run("show", REPORT, "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert len(told["figures"]) == sum(told["grades"].values()) == 186
    (total,) = (
        one for one in told["figures"] if (one["table"], one["row"], one["column"]) == ("disputes", "review", "total")
    )
    assert (total["raw"], total["value"], total["grade"]) == ("0", "0", "contradicted")
    assert total["boxes"][0]["page"] >= 1


def test_build_json_is_the_counts_of_the_manifest(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "broken.pdf").write_bytes(b"%PDF-1.7\n1 0 obj")
    result = run("build", raw, tmp_path / "out", "--jobs", "1", "--json")
    assert result.exit_code == 0
    counts = json.loads(result.stdout)
    assert (counts["files"], counts["read"], counts["failed"]) == (1, 0, 1)
    assert result.stderr == ""


def test_desk_writes_a_notebook_once_and_opens_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    shutil.copy(REPORT, raw)
    assert run("build", raw, tmp_path / "out", "--jobs", "1").exit_code == 0
    ran = []
    truly = subprocess.run

    def start(command: list[str], *, env: dict[str, str], check: bool) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", start)
    notebook = tmp_path / "my desk.ipynb"
    told = ("desk", tmp_path / "out", "--raw", raw, "--notebook", notebook, "--who", "Li")
    result = run(*told, "--", "--no-browser")
    assert result.exit_code == 0, result.output
    assert ran == [[sys.executable, "-m", "jupyterlab", f"--notebook-dir={tmp_path}", str(notebook), "--no-browser"]]
    (code,) = (
        cell for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"
    )
    assert "lang=" not in code["source"]
    monkeypatch.setattr(subprocess, "run", truly)
    names: dict[str, object] = {}
    *_, last = code["source"].splitlines()
    exec("import gxstudy as gx", names)
    desk = eval(last, names)
    assert (desk.session.who, desk.session.progress.left) == ("Li", 10)
    notebook.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(subprocess, "run", start)
    assert run(*told).exit_code == 0
    assert notebook.read_text(encoding="utf-8") == "{}"
    assert run("desk", tmp_path / "none").exit_code == 2
    nowhere = run("desk", tmp_path / "out", "--raw", tmp_path / "none")
    assert "name the folder of the raw files with --raw" in nowhere.stderr


def test_a_report_is_told_in_chinese_where_the_locale_is_but_keys_stay() -> None:
    chinese, english = speak("show", str(REPORT), LANG="zh_CN.UTF-8"), run("show", REPORT)
    assert "行政复议: 10+1+0+0 = 11, 印作 0" in chinese.stdout
    assert "✗ 第 3 页 表四 / 行政复议：合计不成立（行政复议: 10+1+0+0 = 11, 印作 0）" in chinese.stdout
    assert "i 第 1 页：表格边框未封口，已在线条末端封闭\n" in chinese.stdout
    assert "no closing line" not in chinese.stdout
    assert "contradicted: 在一个不成立的合计里" in chinese.stdout
    assert "Findings" in english.stdout
    assert "发现" not in english.stdout
    told = speak("show", str(REPORT), "--json", LANG="zh_CN.UTF-8").stdout
    assert json.loads(told) == json.loads(run("show", REPORT, "--json").stdout)
    checked = speak("check", str(REPORT), LANG="zh_CN.UTF-8")
    assert "8 条发现 (2 错误, 6 提示)" in checked.stdout


def test_every_grade_and_status_has_chinese() -> None:
    with (CHINESE / f"{DOMAIN}.po").open("rb") as source:
        told = {str(one.id) for one in pofile.read_po(source) if one.string}
    assert {*words.GRADE_MEANING.values(), *words.STATUS_MEANING.values(), *words.NOUNS} - told == set()


def test_the_desk_is_chinese_where_the_locale_is(tmp_path: Path) -> None:
    data = REPORT.parents[2]
    told = ("desk", str(data / "processed"), "--raw", str(data / "raw"), "--notebook", str(tmp_path / "desk.ipynb"))
    assert speak(*told, "--", "--version", LANG="zh_CN.UTF-8").returncode == 0
    text, code = json.loads((tmp_path / "desk.ipynb").read_text(encoding="utf-8"))["cells"]
    assert text["source"].startswith("# 审核台\n")
    assert code["source"].endswith(", lang='zh')")
