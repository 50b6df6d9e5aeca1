from rag.settings import load_settings
from ui.cli.command_options import as_environment, read_settings


def test_an_app_that_is_started_gets_the_settings_of_the_command():
    assignments = ["retrieval.top_k=3", 'retrieval.legs=["lexical"]', "answering.max_sentences = 2"]
    here = read_settings(None, None, assignments)
    there = load_settings(environment=as_environment(assignments))
    assert there == here
    assert (there.retrieval.top_k, there.answering.max_sentences) == (3, 2)
