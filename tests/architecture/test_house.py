"""The rules of the house that no type checker knows: borders, banned words, sizes."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "kvault_gui"
SOURCES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
GENERATED = {PACKAGE / "runtime" / "proxy.py"}

# word -> files in which it may stand
BANNED = {
    r"\.exec\(": set(),
    r"\bprocessEvents\b": {"kvault_gui/app/start.py"},
    r"\bQThread(Pool)?\b": set(),
    r"\brun_in_executor\b": set(),
    r"\bto_thread\b": set(),
    r"\bthreading\.Thread\b": {"kvault_gui/runtime/lanes.py"},
    r"\bQMessageBox\.": {"kvault_gui/gui/ask.py"},
    r"\bimport sqlite3\b": set(),  # a second SQLite library would break the first one's locks
    r"\bpickle\b": set(),
    r"\bshell=True\b": set(),
}


def relative(path: Path) -> str:
    """The path as the rules name it."""
    return path.relative_to(ROOT).as_posix()


def code_of(path: Path) -> str:
    """The source without comments and strings, in which a banned word is only talked about."""
    text = path.read_text()
    lines = text.splitlines(keepends=True)
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.end_lineno is not None:
            for number in range(node.lineno, node.end_lineno + 1):
                start = node.col_offset if number == node.lineno else 0
                line = lines[number - 1]
                end = node.end_col_offset if number == node.end_lineno and node.end_col_offset else len(line)
                raw = line.encode()
                lines[number - 1] = (raw[:start] + b" " * (end - start) + raw[end:]).decode(errors="replace")
    return "\n".join(line.split("#", 1)[0] for line in lines)


def test_imports_keep_to_the_floors() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_outside_the_engine_only_its_border_is_imported() -> None:
    wrong = []
    for path in SOURCES:
        name = relative(path)
        if name.startswith("kvault_gui/engine/"):
            continue
        for found in re.findall(r"kvault_gui\.engine(?:\.(\w+))?", code_of(path)):
            allowed = {"api", "errors"}
            if name.startswith(("kvault_gui/runtime/", "kvault_gui/cli/")):
                allowed.add("facade")
            if found and found not in allowed:
                wrong.append(f"{name}: engine.{found}")
    assert not wrong


def test_the_engine_uses_relative_imports_only() -> None:
    wrong = [relative(path) for path in (PACKAGE / "engine").rglob("*.py") if "kvault_gui" in code_of(path)]
    assert not wrong


def test_cryptography_is_done_in_its_room() -> None:
    """There each primitive is behind its known-answer test; what a failed one stops must not go on beside it."""
    allowed = {
        "kvault_gui/engine/store/sethash.py": {"hashlib"},  # asks for the test itself: a row's hash is the hot path
        "kvault_gui/engine/store/opening.py": {"hashlib"},  # names a file that is set aside
        "kvault_gui/engine/formats/kdbx/ciphers.py": {"cryptography", "Cryptodome", "oxifish"},  # KDBX alone has them
        "kvault_gui/engine/vault/otp.py": {"cryptography"},  # HMAC-SHA1 of one-time codes
    }
    wrong = []
    for path in (PACKAGE / "engine").rglob("*.py"):
        name = relative(path)
        if name.startswith("kvault_gui/engine/crypto/"):
            continue
        libraries = r"hashlib|hmac|cryptography|Cryptodome|nacl|argon2|oxifish"
        found = re.findall(rf"^\s*(?:from|import) ({libraries})\b", code_of(path), re.MULTILINE)
        wrong += [f"{name}: {word}" for word in set(found) - allowed.get(name, set())]
    assert not wrong


@pytest.mark.parametrize("word", BANNED)
def test_banned_words_stand_only_in_their_file(word: str) -> None:
    wrong = [relative(p) for p in SOURCES if relative(p) not in BANNED[word] and re.search(word, code_of(p))]
    assert not wrong


def test_no_coroutine_is_given_to_connect() -> None:
    wrong = [relative(p) for p in SOURCES if re.search(r"\.connect\(\s*(lambda[^:]*:\s*)?await\b", code_of(p))]
    assert not wrong


def test_files_functions_and_classes_stay_small() -> None:
    wrong = []
    for path in SOURCES + TESTS:
        if path in GENERATED:
            continue
        text = path.read_text()
        in_tests = path in TESTS
        lines = text.count("\n")
        if lines > (600 if in_tests or relative(path) == "kvault_gui/engine/errors/base.py" else 400) and not relative(
            path
        ).endswith("engine/api.py"):  # one struct after another: the border in one place
            wrong.append(f"{relative(path)}: {lines} lines")
        if in_tests:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                size = node.end_lineno - node.lineno + 1
                if size > 50:
                    wrong.append(f"{relative(path)}:{node.lineno} {node.name}: {size} lines")
            if isinstance(node, ast.ClassDef):
                public = [
                    n
                    for n in node.body
                    if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and not n.name.startswith("_")
                ]
                if len(public) > 20:
                    wrong.append(f"{relative(path)}:{node.lineno} {node.name}: {len(public)} public methods")
    assert not wrong, "\n".join(wrong)


def test_only_agreed_files_lie_at_the_top() -> None:
    agreed = {
        "pyproject.toml", "README.md", "LICENSE", "ARCHITECTURE.md", "CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md",
        "kvault_gui", "resources", "tests", "installers",
    }  # fmt: skip
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    top = {name.split("/", 1)[0] for name in listed if name and not name.startswith(".")}
    assert top <= agreed


def test_every_error_has_words_and_a_code_of_its_own() -> None:
    from kvault_gui.engine.errors import all_errors  # noqa: PLC0415 collected without the package under test

    for code, kind in all_errors().items():
        for template in (kind.what, kind.meaning, kind.advice):
            assert template, code
            assert "!" not in template, code
        assert kind.exit_code in range(1, 7), code


def test_a_silenced_check_says_why() -> None:
    """In the product each ``noqa`` and ``type: ignore`` is followed by a reason in words."""
    silenced = re.compile(r"#\s*(?:noqa\b:?|type:\s*ignore\b(?:\[[^]]*\])?)\s*(?:[A-Z]+[0-9]+[,\s]*)*#?(.*)")
    wrong = [
        f"{relative(path)}:{number}"
        for path in SOURCES
        if path not in GENERATED
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (found := silenced.search(line)) and not re.search("[A-Za-z]{3}", found[1])
    ]
    assert not wrong


def test_unfinished_words_do_not_stand_in_the_product() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK|[Nn]ot implemented|NotImplementedError|[Dd]ummy)\b")
    wrong = [
        f"{relative(path)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if words.search(line)
    ]
    assert not wrong
