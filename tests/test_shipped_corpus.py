"""The articles that come with the project: what an editor would check."""

from __future__ import annotations

import datetime
from collections import Counter

import pytest
import yaml

from rag.load import load_file
from rag.types import Document
from tests.conftest import ROOT, SHIPPED

FOLDER = ROOT / "corpus"
ARTICLES = {path: list(load_file(FOLDER, path)) for path in SHIPPED}


def test_some_twenty_articles_twelve_of_them_french() -> None:
    languages = Counter(
        article.language
        for articles in ARTICLES.values()
        for article in articles
        if isinstance(article, Document)
    )
    assert 18 <= languages.total() <= 24
    assert languages["fr"] == 12
    assert languages.keys() == {"fr", "en", "de", "es", "ar"}


@pytest.mark.parametrize("path", SHIPPED)
def test_front_matter_is_complete(path: str) -> None:
    matter = yaml.safe_load((FOLDER / path).read_text().split("---\n")[1])
    assert matter.keys() == {"title", "date", "source", "language", "authors"}
    assert isinstance(matter["date"], datetime.date)
    (article,) = ARTICLES[path]
    assert isinstance(article, Document)
    assert (article.title, article.source) == (matter["title"], matter["source"])
    assert article.date == matter["date"].isoformat()
    assert article.language == matter["language"]
    assert article.authors == tuple(matter["authors"])
