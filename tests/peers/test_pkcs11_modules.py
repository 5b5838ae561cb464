"""Which files are loaded as PKCS#11 modules, and which are refused before they run in the engine's process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kvault_gui.engine.api import AskConfirm, AskSecret, Method, NewFactor
from kvault_gui.engine.errors import CancelledError, ModuleError
from kvault_gui.engine.tokens import pkcs11, pkcs11_module
from kvault_gui.engine.unlock.pkcs11 import Pkcs11
from kvault_gui.engine.vault.methods import Desk
from tests.engine.unlock.contract import VAULT
from tests.engine.unlock.script import ScriptedPrompter
from tests.peer import peer
from tests.peers.softhsm import PIN, SoftHsm

pytest.importorskip("pkcs11")

pytestmark = pytest.mark.peer


@pytest.fixture(autouse=True)
def hsm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoftHsm:
    made = SoftHsm(tmp_path / "softhsm")
    monkeypatch.setenv("SOFTHSM2_CONF", str(made.configuration))
    made.new_token("vault")
    return made


def library(folder: Path, code: str) -> str:
    """A shared library made of a few lines of C."""
    source, made = folder / "module.c", folder / "module.so"
    source.write_text(code)
    subprocess.run([peer("cc"), "-shared", "-fPIC", "-o", made, source], check=True)
    return str(made)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/no/such/module.so", "no such file"),
        ("module.so", "absolute"),
        ("", "absolute"),
        ("/usr/lib", "directory"),
        ("/usr/lib/\0evil.so", "absolute"),
        ("/etc/passwd", "not a shared library"),
        ("/usr/lib/\u202eevil.so", "cannot be shown"),
        ("/usr/lib/\n\nTrust this/../../evil.so", "cannot be shown"),
    ],
)
def test_what_is_no_module_is_said(path: str, reason: str) -> None:
    with pytest.raises(ModuleError, match=reason):
        pkcs11.find(path)


def test_a_library_that_is_no_module_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModuleError, match="a library, but not a PKCS#11 module"):
        pkcs11.find(library(tmp_path, "int nothing(void) { return 0; }"))


def test_a_module_that_crashes_takes_nothing_with_it(tmp_path: Path) -> None:
    code = (
        "#include <stdlib.h>\n"
        "__attribute__((constructor)) static void crash(void) { abort(); }\n"
        "int C_GetFunctionList(void) { return 0; }\n"
    )
    with pytest.raises(ModuleError, match="crashes when it is loaded"):
        pkcs11.find(library(tmp_path, code))


def test_a_library_that_an_altered_header_names_does_not_end_the_engine(tmp_path: Path) -> None:
    """Some libraries of the system end the process: here one that says so, and that only root could have put there."""
    code = "#include <unistd.h>\n__attribute__((constructor)) static void end(void) { _exit(1); }\n"
    ends = library(tmp_path, code)
    script = (
        "import sys\n"
        "from kvault_gui.engine.errors import ModuleError\n"
        "from kvault_gui.engine.tokens import pkcs11, pkcs11_module\n"
        "known = pkcs11.check\n"
        "pkcs11.check = lambda path: known(path)._replace(system=True)\n"
        "assert pkcs11.find_in([sys.argv[1]]) == []\n"
        "pkcs11_module.check = pkcs11.check\n"
        "from tests.engine.unlock.script import ScriptedPrompter\n"
        "from kvault_gui.engine.unlock.pkcs11 import Pkcs11\n"
        "from kvault_gui.engine.vault.methods import Desk\n"
        "params = dict(module=sys.argv[1], token='t', kind='rsa2048', print='00', mode='oaep', sent='00', id='00')\n"
        "try:\n    Pkcs11().unlock(params, Desk(ScriptedPrompter(), '00' * 16, 'v', 'l'))\n"
        "except ModuleError:\n    print('alive')\n"
    )
    done = subprocess.run([sys.executable, "-c", script, ends], check=False, capture_output=True, text=True)
    assert done.stdout == "alive\n", done.stderr


def test_a_module_that_lacks_a_library_is_said(tmp_path: Path) -> None:
    code = (
        "extern int gone(void);\n"
        "int C_GetFunctionList(void) { return 0; }\n"
        "int (*kept)(void) = gone;\n"  # needed when it is loaded, not when it is called
    )
    with pytest.raises(ModuleError, match="something that it needs may be missing"):
        pkcs11.find(library(tmp_path, code))


def test_a_program_is_no_module() -> None:
    with pytest.raises(ModuleError):
        pkcs11.find(os.path.realpath("/bin/true"))


def test_a_library_for_another_kind_of_computer_is_said(tmp_path: Path) -> None:
    made = Path(library(tmp_path, "int C_GetFunctionList(void) { return 0; }"))
    code = bytearray(made.read_bytes())
    code[18] ^= 0x55  # e_machine
    made.write_bytes(code)
    with pytest.raises(ModuleError, match="another kind of computer"):
        pkcs11.find(str(made))


def test_what_others_may_change_is_not_loaded(tmp_path: Path) -> None:
    made = Path(library(tmp_path, "int C_GetFunctionList(void) { return 0; }"))
    made.chmod(0o777)
    with pytest.raises(ModuleError, match="everybody may change"):
        pkcs11_module.check(str(made))
    made.chmod(0o755)
    pkcs11_module.check(str(made))
    tmp_path.chmod(0o777)
    try:
        with pytest.raises(ModuleError, match="everybody may change"):
            pkcs11_module.check(str(made))
    finally:
        tmp_path.chmod(0o700)


def test_a_link_is_followed_before_it_is_judged(tmp_path: Path) -> None:
    made = Path(library(tmp_path, "int C_GetFunctionList(void) { return 0; }"))
    made.chmod(0o777)
    link = tmp_path / "link.so"
    link.symlink_to(made)
    with pytest.raises(ModuleError, match="everybody may change"):
        pkcs11_module.check(str(link))
    circle = tmp_path / "circle.so"
    circle.symlink_to(circle)
    with pytest.raises(ModuleError):
        pkcs11_module.check(str(circle))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_another_user_owns_is_not_loaded(tmp_path: Path) -> None:
    made = library(tmp_path, "int C_GetFunctionList(void) { return 0; }")
    os.chown(made, 12345, 12345)
    with pytest.raises(ModuleError, match="belongs to another user"):
        pkcs11_module.check(made)


@pytest.fixture
def own_module(hsm: SoftHsm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """SoftHSM's module as somebody has it who installed it in their own folder."""
    copy = tmp_path / "own" / "libsofthsm2.so"
    copy.parent.mkdir()
    shutil.copy(Path(hsm.module).resolve(), copy)
    copy.chmod(0o755)
    if os.geteuid() == 0:
        os.chown(copy, 12345, 0)
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
    return str(copy)


@pytest.mark.parametrize(("answer", "opens"), [("yes", True), ("", False), (None, False)])
def test_a_module_that_is_not_the_systems_is_loaded_for_a_header_only_if_the_person_says_so(
    own_module: str, answer: str | None, *, opens: bool
) -> None:
    assert not pkcs11_module.check(own_module).system
    prompter = ScriptedPrompter({AskSecret: PIN})
    made = Pkcs11().enrol(
        NewFactor(Method.PKCS11, file=own_module, make=True), Desk(prompter, VAULT, "Personal", "HSM")
    )
    assert not prompter.all(AskConfirm), "the person has just chosen that file"
    prompter = ScriptedPrompter({AskConfirm: [answer], AskSecret: PIN})
    desk = Desk(prompter, VAULT, "Personal", "HSM")
    if opens:
        assert Pkcs11().unlock(made.params, desk) == made.output
    else:
        with pytest.raises(CancelledError):
            Pkcs11().unlock(made.params, desk)
        assert not prompter.all(AskSecret)
    (question,) = prompter.all(AskConfirm)
    assert isinstance(question, AskConfirm)
    assert own_module in question.text
    assert pkcs11.find_in([own_module]) == []
    state = Pkcs11().look(made.params, [])
    assert (state.ready, state.words) == (True, "Asks before it loads its module")


def test_the_systems_module_is_loaded_without_a_question(hsm: SoftHsm) -> None:
    assert pkcs11_module.check(hsm.module).system
    prompter = ScriptedPrompter({AskSecret: PIN})
    desk = Desk(prompter, VAULT, "Personal", "HSM")
    made = Pkcs11().enrol(NewFactor(Method.PKCS11, file=hsm.module, make=True), desk)
    assert Pkcs11().unlock(made.params, desk) == made.output
    assert not prompter.all(AskConfirm)


def test_a_module_that_is_gone_is_said_and_asks_nothing(hsm: SoftHsm) -> None:
    desk = Desk(ScriptedPrompter({AskSecret: PIN}), VAULT, "Personal", "HSM")
    made = Pkcs11().enrol(NewFactor(Method.PKCS11, file=hsm.module, make=True), desk)
    prompter = ScriptedPrompter({AskSecret: PIN})
    with pytest.raises(ModuleError, match="no such file"):
        Pkcs11().unlock({**made.params, "module": "/opt/gone/module.so"}, Desk(prompter, VAULT, "Personal", "HSM"))
    assert not prompter.asked
    state = Pkcs11().look({**made.params, "module": "/opt/gone/module.so"}, [])
    assert not state.ready
    assert "/opt/gone/module.so cannot be used: no such file" in state.words
