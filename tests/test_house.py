"""The house itself: floors, start-up, public names, nothing of a machine in the repository."""

import ast
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("rag", "ingest", "ui")


def modules():
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def test_floors_import_only_floors_below():
    from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == EXIT_STATUS_SUCCESS


@pytest.mark.parametrize("arguments", [["--help"], ["ask", "--help"], ["ingest", "--help"], ["settings"]])
def test_help_imports_neither_torch_nor_langchain(arguments):
    code = (
        "import sys, json\n"
        "from ui.cli import main\n"
        "try:\n"
        f"    main({arguments!r})\n"
        "except SystemExit as stop:\n"
        "    assert not stop.code, stop.code\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    heavy = {
        "torch",
        "langchain",
        "langchain_core",
        "transformers",
        "sentence_transformers",
        "faiss",
        "streamlit",
    }
    assert loaded & heavy == set()


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_is_for(path):
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), "a module needs a docstring"
    assert path.stem not in {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


def test_no_two_modules_share_a_name():
    names = Counter(path.stem for path in modules() if path.stem not in {"__init__", "__main__"})
    assert [name for name, count in names.items() if count > 1] == []


def test_no_test_reads_a_clock_to_compare_times():
    clocks = {"monotonic", "perf_counter", "process_time", "thread_time", "getrusage"}
    clocks |= {f"{name}_ns" for name in clocks}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in clocks)
        or (isinstance(node, ast.ImportFrom) and {name.name for name in node.names} & clocks)
    ]
    assert found == [], "count operations, or wait by tests.waiting; timings go to benchmarks"


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_exist(package):
    import importlib

    for path in sorted((ROOT / package).rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        named = [
            ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
        ]
        if not named or path.name == "__main__.py":
            continue
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        module = importlib.import_module(name)
        missing = [public for public in named[0] if not hasattr(module, public)]
        assert missing == [], f"{name}.__all__ names what is not there"
        assert sorted(named[0]) == sorted(set(named[0]))
