from __future__ import annotations

import pytest

PYTHON = '''"""A tool."""

class Roof:
    def mend(self, hours):
        return max(hours, 3)


def main():
    Roof().mend(4)
'''


def test_the_text_is_kept_and_definitions_are_headings(load, blocks) -> None:
    document = load(PYTHON, "tool.py")
    assert document.text == PYTHON
    assert [found for found in blocks(document) if found[0].startswith("heading")] == [
        ("heading1", "class Roof:"),
        ("heading2", "def mend(self, hours):"),
        ("heading1", "def main():"),
    ]
    assert (document.title, document.metadata["language"]) == ("tool.py", "Python")


@pytest.mark.parametrize(
    ("name", "text", "heading"),
    [
        ("a.go", "package a\n\nfunc Add(a int) int {\n\treturn a\n}\n", "func Add(a int) int {"),
        ("a.c", "int add(int a) {\n  return sub(a);\n}\n", "int add(int a) {"),
        ("a.js", "function add(a) {\n  return sub(a);\n}\n", "function add(a) {"),
        ("a.rs", "pub fn add(a: i32) -> i32 {\n    a\n}\n", "pub fn add(a: i32) -> i32 {"),
        ("A.java", "class A {\n  int add(int a) {\n    return sub(a);\n  }\n}\n", "class A {"),
    ],
)
def test_languages(load, blocks, name: str, text: str, heading: str) -> None:
    found = [piece for kind, piece in blocks(load(text, name)) if kind.startswith("heading")]
    assert heading in found
    assert not any("return" in piece for piece in found)


def test_scripts_are_known_by_their_first_line_and_build_files_by_name(load) -> None:
    assert load("#!/bin/bash\necho hi\n", "start").metadata["language"] == "Bash"
    assert load("all:\n\tcc a.c\n", "Makefile").metadata["language"] == "Makefile"


def test_form_feeds_in_code_are_no_pages(load) -> None:
    assert len(load("a = 1\n\f\nb = 2\n", "a.py").pages) == 1
