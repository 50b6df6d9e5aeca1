import pytest

from rag.errors import ConfigurationError, UnknownSettingError
from rag.settings import Settings, load_settings, presets


def test_every_preset_loads_and_the_contract_names_them():
    assert presets() == ["chinese", "cpu-writer", "default", "gpu", "server"]
    for name in presets():
        assert isinstance(load_settings(name, environment={}), Settings)


def test_the_default_preset_stays_offline_and_quotes():
    settings = load_settings(environment={})
    assert settings.offline
    assert not settings.generator.writes
    assert settings.generator.base_url is None


def test_flag_beats_environment_beats_file_beats_default(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("[retrieval]\ntop_k = 3\ncandidates = 30\nrrf_k = 7\n")
    environment = {"CITEWELL_RETRIEVAL__TOP_K": "4", "CITEWELL_RETRIEVAL__CANDIDATES": "40"}
    settings = load_settings(path, {"retrieval": {"top_k": 5, "candidates": None}}, environment)
    retrieval = settings.retrieval
    assert (retrieval.top_k, retrieval.candidates, retrieval.rrf_k) == (5, 40, 7)
    assert settings.chunking.max_tokens == Settings().chunking.max_tokens


def test_environment_values_may_be_text_numbers_booleans_and_lists():
    settings = load_settings(
        environment={
            "CITEWELL_LIBRARY": "/srv/my library",
            "CITEWELL_OFFLINE": "false",
            "CITEWELL_RETRIEVAL__LEGS": '["lexical"]',
            "CITEWELL_GENERATOR__MODEL": "Qwen/Qwen2.5-7B-Instruct",
        }
    )
    assert str(settings.library) == "/srv/my library"
    assert settings.offline is False
    assert settings.retrieval.legs == ("lexical",)
    assert settings.generator.model == "Qwen/Qwen2.5-7B-Instruct"


def test_environment_may_name_the_preset():
    assert load_settings(environment={"CITEWELL_CONFIG": "gpu"}).reranker.model


@pytest.mark.parametrize(
    ("tree", "wrong", "right"),
    [
        ({"retreival": {"top_k": 1}}, "retreival", "'retrieval'"),
        ({"retrieval": {"topk": 1}}, "retrieval.topk", "'retrieval.top_k'"),
        ({"generator": {"base-url": "x"}}, "generator.base-url", "'generator.base_url'"),
    ],
)
def test_an_unknown_key_names_the_nearest_right_one(tree, wrong, right):
    with pytest.raises(UnknownSettingError) as caught:
        load_settings(overrides=tree, environment={})
    assert wrong in str(caught.value)
    assert right in str(caught.value)
    assert caught.value.exit_code == 2


def test_an_unknown_environment_variable_is_an_error_too():
    with pytest.raises(UnknownSettingError, match=r"retrieval\.top_k"):
        load_settings(environment={"CITEWELL_RETRIEVAL__TOP_KK": "3"})


def test_a_value_out_of_range_names_the_key_the_value_and_the_place():
    with pytest.raises(ConfigurationError, match=r"retrieval\.top_k: -3 .* a flag or an argument"):
        load_settings(overrides={"retrieval": {"top_k": -3}}, environment={})


def test_a_secret_is_never_shown():
    assert load_settings(environment={"CITEWELL_GENERATOR__API_KEY": "12345"}).generator.api_key
    settings = load_settings(environment={"CITEWELL_GENERATOR__API_KEY": "sk-secret"})
    assert "sk-secret" not in repr(settings)
    assert "sk-secret" not in settings.model_dump_json()
    with pytest.raises(ConfigurationError) as caught:
        load_settings(overrides={"generator": {"api_key": ["sk-secret"]}}, environment={})
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize("content", [b"[retrieval\n", b"\xff\xfe\x00", None])
def test_an_unreadable_file_is_one_plain_error(tmp_path, content):
    path = tmp_path / "broken.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"broken\.toml"):
        load_settings(path, environment={})


def test_an_unknown_preset_lists_the_known_ones():
    with pytest.raises(ConfigurationError, match="chinese, cpu-writer, default, gpu, server"):
        load_settings("quick", environment={})


def test_every_setting_that_a_person_may_set_is_documented():
    undocumented = [
        f"{section}.{key}"
        for section, field in Settings.model_fields.items()
        if hasattr(field.annotation, "model_fields")
        for key, leaf in field.annotation.model_fields.items()
        if leaf.description is None and key not in _SELF_EXPLAINING
    ]
    assert undocumented == []


_SELF_EXPLAINING = {
    "device",
    "dtype",
    "batch_size",
    "max_new_tokens",
    "top_p",
    "repetition_penalty",
    "seed",
    "timeout_seconds",
    "retries",
    "k",
    "most_similar",
    "host",
    "port",
    "max_upload_megabytes",
    "open_browser",
}


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"assignments": ["retrieval.{}"]}, "the flag --set"),
        ({"environment": "CITEWELL_RETRIEVAL__{}"}, "the variable CITEWELL_RETRIEVAL__"),
        ({"config": "[retrieval]\n{}"}, "the file '"),
    ],
    ids=["flag", "variable", "file"],
)
@pytest.mark.parametrize(
    ("setting", "told"), [("topk=5", "did you mean 'retrieval.top_k'"), ("top_k=-1", "Correct it in")]
)
def test_what_is_wrong_is_told_with_where_it_stands(given, where, setting, told, tmp_path):
    key, value = setting.split("=")
    config, environment = None, {}
    if "config" in given:
        config = tmp_path / "own.toml"
        config.write_text(given["config"].format(setting))
    if "environment" in given:
        environment = {given["environment"].format(key.upper()): value}
    assignments = [text.format(setting) for text in given.get("assignments", ())]
    with pytest.raises(ConfigurationError) as raised:
        load_settings(config, environment=environment, assignments=assignments)
    assert told in str(raised.value)
    assert where in str(raised.value)
    others = {"the flag --set", "the variable", "the file", "the preset"} - {where.rstrip("'").rstrip()}
    assert not any(other in str(raised.value) for other in others if not where.startswith(other))
