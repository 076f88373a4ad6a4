"""What is said about a document, and what is raised about a file: closed lists, each with its weight."""

from __future__ import annotations

import ast
import inspect
import pickle
import re
from pathlib import Path

import pytest
from IPython.lib.pretty import pretty

from gxstudy import errors
from gxstudy.findings import KINDS, SEVERITY, SEVERITY_ZH, Code, Finding, Place, finding

MODULES = sorted(Path(inspect.getfile(errors)).parent.rglob("*.py"))
BRANCHES = [getattr(errors, name) for name in errors.__all__]
FILE_ERRORS = [branch for branch in BRANCHES if issubclass(branch, errors.UnreadableFileError)]


# Findings -------------------------------------------------------------------------------------------------------------


def test_every_code_has_a_severity_and_nothing_else_has() -> None:
    assert set(SEVERITY) == set(Code)
    assert set(SEVERITY.values()) == set(SEVERITY_ZH) == {"error", "warning", "info"}


def test_every_code_says_in_both_languages_what_it_stands_for_and_no_two_the_same() -> None:
    assert list(KINDS) == list(Code)
    for language in ("en", "zh"):
        said = [getattr(kind, language) for kind in KINDS.values()]
        assert all(said)
        assert len(set(said)) == len(said)
    assert all(re.search("[\u4e00-\u9fff]", kind.zh) and not re.search("[,.;:]", kind.zh) for kind in KINDS.values())
    assert all(kind.en.isascii() and kind.en[-1] != "." for kind in KINDS.values())


def test_the_list_is_closed() -> None:
    with pytest.raises(ValueError, match="'looks_odd' is not a valid Code"):
        Code("looks_odd")
    with pytest.raises(TypeError, match="does not support item assignment"):
        SEVERITY[Code.OPEN_BORDER] = "error"  # type: ignore[index]


def test_a_code_is_its_name_in_lower_case_so_that_it_reads_alike_in_code_and_data() -> None:
    for code in Code:
        assert code == code.name.lower()
        assert str(code) == f"{code}" == code.value
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code.value)


def test_what_makes_printed_figures_unbelievable() -> None:
    assert {code for code, severity in SEVERITY.items() if severity == "error"} == {
        Code.IDENTITY_FAILED,
        Code.READERS_DISAGREE,
        Code.UNREADABLE_FIGURE,
        Code.ROW_WIDTH_DIFFERS,
        Code.PAGE_CUT_OFF,
        Code.PAGE_UNREADABLE,
    }


@pytest.mark.parametrize("code", list(Code))
def test_a_finding_carries_the_severity_of_its_code(code: Code) -> None:
    place = Place("applications", "new", "total", 3, 10.0, 20.0, 30.0, 40.0)
    said = finding(code, "what is wrong", place)
    assert said == Finding(code, SEVERITY[code], "what is wrong", place)
    assert pickle.loads(pickle.dumps(said)) == said


def test_findings_are_readable_lines_in_a_notebook_in_both_languages() -> None:
    found = (
        finding(Code.IDENTITY_FAILED, "10 + 1 = 11, not 0", Place("disputes", "review", None, 3)),
        finding(Code.ORGAN_UNKNOWN, "no title names the organ"),
    )
    assert pretty(found).splitlines() == [
        "(error: identity_failed 合计不成立 (p. 3, disputes / review): 10 + 1 = 11, not 0,",
        " warning: organ_unknown 标题和落款都没有写明机关: no title names the organ)",
    ]


def test_a_place_may_be_unknown() -> None:
    assert finding(Code.ORGAN_UNKNOWN, "no organ").where == Place() == (None,) * 8


def test_only_finding_pairs_a_code_with_a_severity() -> None:
    """No module but this one builds a Finding by hand, so that a severity cannot be chosen on the spot."""
    found = [
        f"{path.name}:{node.lineno}"
        for path in MODULES
        if path.name != "findings.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding"
    ]
    assert not found


# Errors ---------------------------------------------------------------------------------------------------------------


def test_the_public_names_are_all_the_errors_there_are() -> None:
    defined = {name for name, value in vars(errors).items() if inspect.isclass(value)}
    assert set(errors.__all__) == defined


@pytest.mark.parametrize("branch", BRANCHES)
def test_every_error_has_the_root_and_but_for_it_a_builtin(branch: type[errors.GxstudyError]) -> None:
    assert issubclass(branch, errors.GxstudyError)
    assert branch is errors.GxstudyError or issubclass(branch, ValueError | ImportError | OSError)
    assert branch.__doc__


@pytest.mark.parametrize("branch", BRANCHES)
def test_an_error_survives_a_new_message_and_another_process(branch: type[errors.GxstudyError]) -> None:
    error = branch("report.pdf: the file is empty")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is branch
    assert str(again) == "report.pdf: the file is empty"
    assert again.exit_code == branch.exit_code


def test_every_way_in_which_a_file_cannot_be_read_ends_the_command_in_its_own_way() -> None:
    codes = [branch.exit_code for branch in FILE_ERRORS]
    assert len(set(codes)) == len(codes) == 8
    assert not set(codes) & {errors.GxstudyError.exit_code, errors.CallError.exit_code}


def test_exit_codes_are_free_of_what_shells_and_argument_parsers_use() -> None:
    """0 is success, above 125 shells speak; 2 is click's and Python's code for a wrong call, as it is ours."""
    assert errors.CallError.exit_code == errors.MissingDependencyError.exit_code == 2
    assert all(0 < branch.exit_code < 126 for branch in BRANCHES)
