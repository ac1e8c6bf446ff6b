"""What the workflows run cannot be changed from outside: actions and images are pinned."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WORKFLOWS = sorted(Path(__file__).parents[1].glob(".github/workflows/*.yml"))
_PINNED = re.compile(r"[\w/-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+")
_IMAGE = re.compile(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_and_images_are_pinned(path: Path) -> None:
    text = path.read_text("utf-8")
    actions = re.findall(r"uses: (.+)", text)
    images = re.findall(r"image: (.+)", text)

    assert actions
    assert [action for action in actions if not _PINNED.fullmatch(action)] == []
    assert [image for image in images if not _IMAGE.fullmatch(image)] == []
