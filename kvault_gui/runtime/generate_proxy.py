"""Writes ``proxy.py``: the facade of ``engine.api`` with every method async. A test compares it with what is committed.

Run ``python -m kvault_gui.runtime.generate_proxy`` after a change to the Protocols.
"""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

from kvault_gui.engine import api
from kvault_gui.runtime import shapes

TARGET = Path(__file__).with_name("proxy.py")
HEAD = '''"""The engine's parts as the other process sees them: the same methods, async.

Generated from engine/api.py by generate_proxy.py: do not edit.
"""

from __future__ import annotations

from kvault_gui.engine import api
from kvault_gui.runtime.calls import Calls, OnProgress
'''
CLASS = '''

class {name}:
    """{doc}"""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
'''
METHOD = '''
    async def {name}({parameters}) -> {result}:
        """{doc}"""
        return await self._calls.{verb}({arguments})
'''


class _Qualify(ast.NodeTransformer):
    """Writes ``Row`` as ``api.Row``."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in vars(api) and not node.id.startswith("_"):
            return ast.Attribute(ast.Name("api"), node.id)
        return node


def generate() -> str:
    """The text of proxy.py."""
    declared = {node.name: node for node in ast.parse(inspect.getsource(api)).body if isinstance(node, ast.ClassDef)}
    return HEAD + "".join(_part(declared[protocol.__name__]) for protocol in shapes.parts().values())


def _part(declaration: ast.ClassDef) -> str:
    methods = [node for node in declaration.body if isinstance(node, ast.FunctionDef)]
    head = CLASS.format(name=declaration.name, doc=ast.get_docstring(declaration))
    return head + "".join(_method(declaration.name, node) for node in methods if not node.name.startswith("_"))


def _method(part: str, node: ast.FunctionDef) -> str:
    job, result = _result(node)
    names = [each.arg for each in node.args.args[1:]]
    parameters = ["self", *_parameters(node.args)]
    if job:
        parameters += ["*", "on_progress: OnProgress | None = None"]
    doc = inspect.cleandoc(ast.get_docstring(node) or "").replace("\n", "\n        ").replace("        \n", "\n")
    return METHOD.format(
        name=node.name,
        parameters=", ".join(parameters),
        result=result,
        doc=doc + "\n        " if "\n" in doc else doc,
        verb="job" if job else "call",
        arguments=", ".join((["on_progress"] if job else []) + [f"api.{part}.{node.name}", *names]),
    )


def _parameters(declared: ast.arguments) -> list[str]:
    written = [f"{each.arg}: {_text(each.annotation)}" for each in declared.args[1:]]
    for place, default in enumerate(declared.defaults, len(written) - len(declared.defaults)):
        written[place] += f" = {_text(default)}"
    return written


def _result(node: ast.FunctionDef) -> tuple[bool, str]:
    result = node.returns
    if isinstance(result, ast.Subscript) and ast.unparse(result.value) == "Generator":
        if not isinstance(result.slice, ast.Tuple):
            raise TypeError(f"{node.name}: a job is a Generator[Progress | OnToken, object, its result]")
        return True, _text(result.slice.elts[2])
    return False, _text(result)


def _text(node: ast.expr | None) -> str:
    if node is None:
        raise TypeError("every parameter and result has its type")
    return ast.unparse(_Qualify().visit(node))


if __name__ == "__main__":
    TARGET.write_text(generate())
