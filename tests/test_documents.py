"""The documents say what the code says."""

from __future__ import annotations

import re

from docs.generate import PROJECT, documents


def test_generated_documents_are_current() -> None:
    stale = [
        path.name
        for path, text in documents().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert not stale, f"run `make docs`: {stale}"


def test_no_secret_has_a_value_in_the_meltano_project() -> None:
    lines = (PROJECT / "meltano.yml").read_text(encoding="utf-8").splitlines()
    given = [
        line.split(":", 1)[1].strip() for line in lines if line.strip().startswith("password:")
    ]
    assert given
    assert all(value.startswith("$") for value in given)


def test_the_readme_links_to_files_that_exist() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    assert links
    assert [link for link in links if not (PROJECT / link).exists()] == []
