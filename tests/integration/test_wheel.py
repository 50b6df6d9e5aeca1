"""A built wheel works without the checkout: presets and sample data are found inside it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the unpacked wheel, before the checkout on the path."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run([*pip, *build], check=True, capture_output=True)
    [wheel] = folder.glob("citewell-*.whl")
    target = folder / "site"
    subprocess.run([*pip, "install", "--no-deps", "--target", str(target), str(wheel)], check=True)
    return target


def run(installed, code, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


def test_presets_and_samples_lie_inside_the_wheel(installed, tmp_path):
    code = (
        "import rag, rag.settings as s; from rag.resources import resource\n"
        "print(rag.__file__); print(*s.presets()); s.load_settings('gpu', environment={})\n"
        "print(sum(1 for path in resource('data', 'samples', 'documents').iterdir()))\n"
        "print(resource('data', 'examples', 'default.jsonl').is_file())\n"
    )
    module, presets, samples, examples = run(installed, code, tmp_path)
    assert module.startswith(str(installed))
    assert presets == "chinese cpu-writer default gpu server"
    assert int(samples) >= 6
    assert examples == "True"


def test_the_installed_command_ingests_and_answers(installed, tmp_path):
    (tmp_path / "note.txt").write_text("The ferry to Holm leaves at noon from pier four.\n")
    code = (
        "import sys\nfrom ui.cli import main\n"
        "for arguments in (['ingest', 'note.txt'], ['ask', 'When does the ferry to Holm leave?']):\n"
        "    try:\n        main([*arguments, '--library', 'library'])\n"
        "    except SystemExit as stop:\n        assert not stop.code, stop.code\n"
    )
    assert any("leaves at noon" in line for line in run(installed, code, tmp_path))


def test_the_wheel_holds_the_licence_and_no_tests(installed):
    [metadata] = installed.glob("citewell-*.dist-info")
    assert (metadata / "licenses" / "LICENSE").is_file()
    assert (metadata / "licenses" / "NOTICE").is_file()
    assert not (installed / "tests").exists()
    assert not (installed / "configs").exists()
