"""What comes from elsewhere is what was tested, and what is secret stays so, however it is written."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

import rag.models.packaged as verified_module
from ingest.ocr.rapid import DIGESTS, _models
from rag.errors import ConfigurationError, ModelError
from rag.models.packaged import PACKAGED, PREFIX, cache_folder, packaged_path, verify
from rag.settings import load_settings, parse_assignments

ROOT = Path(__file__).resolve().parents[2]
SECRET = "hunter2-sk-4711"


class TestWeights:
    @pytest.fixture(autouse=True)
    def _own_cache(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        verified_module._digest.cache_clear()

    @pytest.mark.parametrize("name", PACKAGED)
    def test_all_that_is_installed_is_what_was_pinned(self, name: str) -> None:
        path = packaged_path(PREFIX + name)
        folder = path if path.is_dir() else path.parent
        loaded = [
            item.relative_to(folder).as_posix()
            for item in (folder.rglob("*") if path.is_dir() else [path])
            if item.suffix in {".json", ".safetensors", ".npz", ".model", ".gguf", ".txt", ".bin", ".pkl"}
        ]
        assert set(loaded) - {"data_config.json"} == set(PACKAGED[name].sha256)

    @pytest.mark.parametrize("name", PACKAGED)
    def test_where_they_come_from_and_their_licence_are_stated(self, name: str) -> None:
        model = PACKAGED[name]
        assert model.origin.startswith("https://")
        assert model.licence in {"Apache-2.0", "MIT", "BSD-3-Clause"}
        notice = (ROOT / "NOTICE").read_text("utf-8")
        assert model.distribution in notice
        assert re.search(rf"{re.escape(model.distribution)}==[\d.]+", model.install)

    @pytest.mark.parametrize("name", PACKAGED)
    def test_a_package_with_other_files_is_not_loaded(
        self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        model = PACKAGED[name]
        module = tmp_path / "site" / model.module
        folder = module / model.path if len(model.sha256) > 1 else module
        for file in model.sha256:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(b"other weights")
        (module / "__init__.py").write_text("raise SystemExit('the package was imported')")
        monkeypatch.delitem(sys.modules, model.module, raising=False)
        monkeypatch.syspath_prepend(str(tmp_path / "site"))
        with pytest.raises(ModelError, match=rf"have SHA-256 .*{re.escape(model.distribution)}=="):
            packaged_path(PREFIX + name)

    @pytest.mark.parametrize(
        "name",
        [
            *("adapter_config.json", "adapter_model.safetensors", "added_tokens.json", "chat_template.jinja"),
            *("modeling_bert.py", "pytorch_model.bin", "2_Dense/config.json", "onnx/model.onnx", ".hidden"),
        ],
    )
    def test_a_file_that_was_put_beside_sound_weights_is_not_loaded(
        self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        model = PACKAGED["all-MiniLM-L6-v2"]
        installed = packaged_path(PREFIX + model.name)
        module = tmp_path / "site" / model.module
        for file in model.sha256:
            (module / model.path / file).parent.mkdir(parents=True, exist_ok=True)
            (module / model.path / file).symlink_to(installed / file)
        (module / "__init__.py").write_text("raise SystemExit('the package was imported')")
        monkeypatch.delitem(sys.modules, model.module, raising=False)
        monkeypatch.syspath_prepend(str(tmp_path / "site"))
        assert packaged_path(PREFIX + model.name) == module / model.path
        (module / model.path / name).parent.mkdir(exist_ok=True)
        (module / model.path / name).write_bytes(b"{}")
        with pytest.raises(ModelError, match="does not belong"):
            packaged_path(PREFIX + model.name)

    def test_the_models_of_ocr_are_pinned_too(self) -> None:
        verify(_models(), DIGESTS, "pip install …")

    def test_a_file_is_read_once_and_again_when_it_changes_in_any_way(self, tmp_path: Path) -> None:
        weights = tmp_path / "weights.bin"
        weights.write_bytes(b"good")
        pinned = {"weights.bin": hashlib.sha256(b"good").hexdigest()}
        verify(tmp_path, pinned, "…")
        verified_module._digest.cache_clear()  # as in the next process
        kept = cache_folder() / "verified.json"
        [(path, (identity, digest))] = json.loads(kept.read_text()).items()
        assert (path, digest) == (str(weights), pinned["weights.bin"])
        kept.write_text(json.dumps({path: [identity, "0" * 64]}))
        with pytest.raises(ModelError, match="0000"):  # by what was kept: the file was not read
            verify(tmp_path, pinned, "…")
        verified_module._digest.cache_clear()
        times = weights.stat()
        weights.write_bytes(b"evil")  # of the same length, and with the times of before
        os.utime(weights, ns=(times.st_atime_ns, times.st_mtime_ns))
        with pytest.raises(ModelError, match=hashlib.sha256(b"evil").hexdigest()[:12]):
            verify(tmp_path, pinned, "…")

    @pytest.mark.parametrize("content", ["", "nonsense", "[]", '{"a": 1}', "\0" * 9, "[" * 100_000])
    def test_a_damaged_cache_of_digests_costs_one_more_reading(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "weights.bin").write_bytes(b"good")
        cache_folder().mkdir(parents=True)
        (cache_folder() / "verified.json").write_text(content)
        verify(tmp_path, {"weights.bin": hashlib.sha256(b"good").hexdigest()}, "…")

    def test_weights_from_a_hub_are_named_with_their_commit(self) -> None:
        tree = tomllib.loads((ROOT / "configs" / "gpu.toml").read_text("utf-8"))
        names = [tree[section]["model"] for section in ("embedder", "reranker", "generator")]
        assert all(re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", name) for name in names)


class TestPackages:
    def test_every_package_that_is_installed_has_its_version_and_its_digests(self) -> None:
        lines = (ROOT / "constraints.txt").read_text("utf-8").replace("\\\n", " ").splitlines()
        pinned = [line for line in lines if line and not line.startswith("#")]
        assert len(pinned) > 100
        wrong = [
            line
            for line in pinned
            if not re.fullmatch(r"[\w.-]+==[\w.!]+( +--hash=sha256:[0-9a-f]{64})+", line.strip())
        ]
        assert wrong == []

    def test_no_address_of_a_registry_is_written_down(self) -> None:
        text = (ROOT / "constraints.txt").read_text("utf-8")
        assert "://" not in text
        assert "index-url" not in text


def message(environment: Mapping[str, str], file: Path | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(file, None, environment)
    return str(caught.value)


class TestSecrets:
    @pytest.mark.parametrize(
        ("variable", "value"),
        [
            ("CITEWELL_GENERATOR__API_KEY", f'["{SECRET}"]'),
            ("CITEWELL_UI__PASSWORD", f'["{SECRET}"]'),
            ("CITEWELL_SERVE__TOKEN", f'["{SECRET}", 7]'),
            ("CITEWELL_GENERATOR", SECRET),
            ("CITEWELL_GENERATOR", f'{{"api_key": "{SECRET}"}}'),
            ("CITEWELL_UI", f"password={SECRET}"),
            ("CITEWELL_SERVE", f'["{SECRET}"]'),
            ("CITEWELL_GENERATOR__BASE_URL", f"http://user:{SECRET}@host/v1"),
            ("CITEWELL_GENERATOR__BASE_URL", f"https://host/v1?api_key={SECRET}"),
            ("CITEWELL_GENERATOR__BASE_URL", SECRET),
            ("CITEWELL_UI__PASWORD", SECRET),
            ("CITEWELL_GENERATOR__API_KEY__", SECRET),
            ("CITEWELL_GENERATOR__API_KEY__VALUE__MORE", SECRET),
        ],
    )
    def test_a_malformed_variable_is_told_without_its_value(self, variable: str, value: str) -> None:
        assert SECRET not in message({variable: value})

    @pytest.mark.parametrize(
        "flag",
        [
            f"generator.api_key{SECRET}",
            f"generator.api_key:{SECRET}",
            f"ui.password {SECRET}",
            SECRET,
            f"serve.token=[{SECRET!r}]",
            f"serve.token:{SECRET}==",
            f"serve.tokn {SECRET}=",
            f"generator.base_url:http://{SECRET}@host/?a=b",
            f"generator={SECRET}",
            f"generator.base_url=ftp://{SECRET}",
        ],
    )
    def test_a_malformed_flag_is_told_without_its_value(self, flag: str) -> None:
        with pytest.raises(ConfigurationError) as caught:
            load_settings(None, parse_assignments([flag]), {})
        assert SECRET not in str(caught.value)

    @pytest.mark.parametrize(
        "text",
        [
            f'[ui]\npassword = ["{SECRET}"]',
            f"[generator]\napi_key = {SECRET}",
            f'[generator]\napi_key = "{SECRET}',
            f'[generator]\napi_key = {{ value = "{SECRET}" }}',
            f'generator = "{SECRET}"',
            f'[serve]\ntoken = "{SECRET}"\ntoken = "{SECRET}"',
            f'[serve]\ntokn = "{SECRET}"',
            f'[[generator]]\napi_key = "{SECRET}"',
        ],
    )
    def test_a_malformed_file_is_told_without_its_values(self, tmp_path: Path, text: str) -> None:
        file = tmp_path / "settings.toml"
        file.write_text(text)
        assert SECRET not in message({}, file)

    @pytest.mark.parametrize(
        "name",
        [
            SECRET,
            f"generator.{SECRET}",
            f"generator.api_key{SECRET}",
            f"generator.api_key.{SECRET}",
            f"{SECRET}.api_key",
            f"library.{SECRET}",
            f"ui.password.{SECRET}.more",
        ],
    )
    def test_a_secret_in_the_place_of_a_name_is_not_told(self, tmp_path: Path, name: str) -> None:
        for flags in (
            [f"{name}=1"],
            [f"{name}=1", f"{name}.x=2"],
            [f"{name}=[1]"],
            [f"{name}.x=1", f"{name}=1"],
        ):
            with pytest.raises(ConfigurationError) as caught:
                load_settings(None, None, {}, flags)
            assert SECRET not in str(caught.value)
        variable = f"CITEWELL_{name.replace('.', '__').upper()}"
        assert SECRET not in message({variable: "1"}).lower()
        file = tmp_path / "settings.toml"
        quoted = ".".join(f'"{part}"' for part in name.split("."))
        for text in (f"{quoted} = 1", f"[{quoted}]\na = 1", f"[[{quoted}]]\na = 1"):
            for times in (1, 2):
                file.write_text("\n".join([text] * times))
                assert SECRET not in message({}, file)

    @pytest.mark.parametrize("name", ["retrieval.topk", "retreival", "top_k", "chunking.maxtokens"])
    def test_a_misspelt_name_is_told_as_it_was_written(self, name: str) -> None:
        assert repr(name) in message({f"CITEWELL_{name.replace('.', '__').upper()}": "1"})

    @pytest.mark.parametrize("value", ["[" * 5_000, "[" + "1" * 5_000 + "]"])
    def test_a_value_that_no_parser_ends_is_told_too(self, tmp_path: Path, value: str) -> None:
        assert "retrieval.top_k" in message({"CITEWELL_RETRIEVAL__TOP_K": value})
        with pytest.raises(ConfigurationError):
            load_settings(None, parse_assignments([f"retrieval.top_k={value}"]), {})
        file = tmp_path / "settings.toml"
        file.write_text(f"[retrieval]\ntop_k = {value}")
        assert "cannot read settings file" in message({}, file)

    def test_the_command_that_shows_all_settings_shows_no_secret(self) -> None:
        secrets = ("GENERATOR__API_KEY", "UI__PASSWORD", "SERVE__TOKEN")
        environment = {**os.environ, **{f"CITEWELL_{name}": SECRET for name in secrets}}
        command = [sys.executable, "-c", "from ui.cli import main; main()", "settings"]
        for more in ([], ["--json"]):
            ended = subprocess.run(
                [*command, *more], env=environment, capture_output=True, text=True, cwd=ROOT, check=True
            )
            assert "api_key" in ended.stdout
            assert SECRET not in ended.stdout + ended.stderr

    def test_a_value_that_is_no_secret_is_still_shown(self) -> None:
        assert "'many'" in message({"CITEWELL_RETRIEVAL__TOP_K": "many"})
        assert "'loud'" in message({"CITEWELL_EMBEDDER__DEVICE": "loud"})
