import hashlib
import json
import pickle
import random
import tracemalloc
from pathlib import Path

import pytest

from rag.errors import LoadError
from rag.load import listing, load_file
from rag.types import Document, Failure


def load(folder: Path, name: str, data: str | bytes) -> list[Document | Failure]:
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(load_file(folder, name))


def document(folder: Path, name: str, data: str | bytes) -> Document:
    (only,) = load(folder, name, data)
    assert isinstance(only, Document), only
    return only


def failure(folder: Path, name: str, data: str | bytes) -> Failure:
    (only,) = load(folder, name, data)
    assert isinstance(only, Failure), only
    return only


def test_markdown_front_matter_is_metadata_and_not_text(tmp_path: Path) -> None:
    found = document(
        tmp_path,
        "a.md",
        '---\ntitle: "Le « budget »"\ndate: 2024-06-20\nsource: La Gazette\nlanguage: FR\n'
        "authors: [A. Un, B. Deux]\n---\nLe texte.\n",
    )
    assert (found.title, found.date, found.source) == ("Le « budget »", "2024-06-20", "La Gazette")
    assert (found.language, found.authors) == ("fr", ("A. Un", "B. Deux"))
    assert (found.id, found.path, found.text) == ("a.md", "a.md", "Le texte.\n")
    assert found.sha256 == hashlib.sha256(found.text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# A heading\n\ntext", "A heading"),
        ("text\n\n## Second level ##\n", "Second level"),
        ("no heading", "harbour tram 2"),
        ("---\n---\n# A heading\n\ntext", "A heading"),
        ("A heading\n=========\n\ntext", "A heading"),
        ("text\n\nSecond level\n---\n\ntext", "Second level"),
        ("```sh\n# install it\n```\n\n## A heading\n", "A heading"),
        ("~~~\n# install it\n~~~\n", "harbour tram 2"),
        ("text\nthat goes on\n---\n\ntext", "harbour tram 2"),
    ],
)
def test_markdown_without_title_takes_the_heading_or_the_file_name(
    tmp_path: Path, text: str, title: str
) -> None:
    assert document(tmp_path, "harbour-tram_2.md", text).title == title


def test_an_id_that_no_index_can_look_up_costs_its_row_only(tmp_path: Path) -> None:
    rows = [{"id": id, "text": "Text."} for id in ("é" * 1_000, "é" * 1_000 + "!")]
    kept, left_out = load(tmp_path, "a.jsonl", "\n".join(map(json.dumps, rows)))
    assert isinstance(kept, Document)
    assert isinstance(left_out, Failure)
    assert left_out == Failure("a.jsonl:2", "its id is longer than 2000 bytes")


def test_a_rule_inside_the_text_is_not_front_matter(tmp_path: Path) -> None:
    text = "First.\n\n---\n\nSecond.\n"
    assert document(tmp_path, "a.md", text).text == text


@pytest.mark.parametrize(
    "matter",
    [
        "---\ntitle: T\npublished: 2024-06-20\nauthor:\n- name: A. Un\npublisher: G\n---\n",
        '+++\ntitle = "T"\ndate = 2024-06-20T10:00:00Z\nauthors = ["A. Un"]\nsource = "G"\n+++\n',
    ],
)
def test_front_matter_knows_the_names_of_exports_and_toml(tmp_path: Path, matter: str) -> None:
    found = document(tmp_path, "a.md", f"{matter}The text.")
    assert (found.title, found.date, found.authors) == ("T", "2024-06-20", ("A. Un",))
    assert (found.source, found.text) == ("G", "The text.")


@pytest.mark.parametrize(
    "text", ["---\n\n# The bridge\n\nIt says: yes.\n\n---\nEnd.", "---\nThe bridge.\n---\nEnd."]
)
def test_text_between_two_rules_is_not_front_matter(tmp_path: Path, text: str) -> None:
    assert document(tmp_path, "a.md", text).text == text


@pytest.mark.parametrize("matter", ["title: [\n", "a: b: c\n"])
def test_broken_front_matter_is_a_failure(tmp_path: Path, matter: str) -> None:
    assert "not valid YAML" in failure(tmp_path, "a.md", f"---\n{matter}---\ntext").reason
    assert "not valid TOML" in failure(tmp_path, "a.md", f"+++\n{matter}+++\ntext").reason


def test_a_key_of_a_thousand_dots_takes_no_memory(tmp_path: Path) -> None:
    matter = f"+++\n{'a.' * 40_000}b = 1\n+++\n"
    assert "longer" in failure(tmp_path, "a.md", f"{matter}text").reason


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The bridge reopens\n\nIt reopened.", "The bridge reopens"),
        ("It reopened on Monday.\nIt had been closed.", "notes"),
        ("Only one line without a stop", "notes"),
        ("大桥重新开放\n大桥星期一重新开放。", "大桥重新开放"),
        ("大桥星期一重新开放。\n工程历时一年。", "notes"),
        ("पुल खुल गया।\nवह बंद था।", "notes"),
        ("The council voted to rebuild the old\nswing bridge, which it has closed.", "notes"),
        ("Совет решил перестроить старый мост\nчерез реку, закрытый зимой", "notes"),
        (
            "The council votes on the bridge\nby Anna Weiss\n\nIt did.",
            "The council votes on the bridge",
        ),
        ("The bridge reopens in spring\nThe council has voted.", "The bridge reopens in spring"),
    ],
)
def test_plain_text_takes_a_headline_as_title(tmp_path: Path, text: str, title: str) -> None:
    assert document(tmp_path, "notes.txt", text).title == title


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "L’été dernier, la cour d’œuvre a coûté 3 € à Besançon, où l’on fêtait Noël déjà.\n" * 5
    assert document(tmp_path, "a.txt", text.encode(encoding)).text == text


def test_line_ends_become_one_kind(tmp_path: Path) -> None:
    assert document(tmp_path, "a.txt", "a\r\nb\rc\n").text == "a\nb\nc\n"


@pytest.mark.parametrize("data", [b"", b" \n\t\n", b"---\ntitle: x\n---\n"])
def test_a_file_without_text_is_a_failure(tmp_path: Path, data: bytes) -> None:
    assert failure(tmp_path, "a.md", data) == Failure("a.md", "there is no text in it")


def test_binary_and_unknown_files_are_failures(tmp_path: Path) -> None:
    assert "binary" in failure(tmp_path, "a.txt", b"abc\0\0\0def").reason
    assert "binary" in failure(tmp_path, "a.xyz", bytes(range(200))).reason
    assert list(load_file(tmp_path, "missing.txt")) == [
        Failure("missing.txt", "No such file or directory")
    ]


def test_json_lines(tmp_path: Path) -> None:
    rows = [
        {"id": 7, "title": "T", "text": "One.", "date": "2024-06-20T10:00:00Z", "lang": "fr-CA"},
        {"text": "Two.", "url": "https://example.org/2", "author": "A. Un", "date": "June"},
    ]
    data = "\n\n".join(json.dumps(row) for row in rows)
    first, second = load(tmp_path, "a.jsonl", data)
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.id, first.title, first.date, first.language) == ("7", "T", "2024-06-20", "fr")
    assert (second.id, second.title, second.date, second.language) == ("a.jsonl:3", "", None, "und")
    assert (second.source, second.authors) == ("https://example.org/2", ("A. Un",))
    assert {first.path, second.path} == {"a.jsonl"}


@pytest.mark.parametrize(
    ("stated", "language"),
    [
        *[("fr", "fr"), ("FR", "fr"), ("fr-CA", "fr"), ("fre", "fr"), ("fra", "fr")],
        *[("deu", "de"), ("iw", "he"), ("mo", "ro"), ("ceb", "ceb"), ("no", "no")],
        *[("mul", "und"), ("xx", "und"), ("SQL", "und"), ("French", "und"), ("", "und")],
    ],
)
def test_a_language_is_known_by_its_shortest_code(
    tmp_path: Path, stated: str, language: str
) -> None:
    row = json.dumps({"text": "The bridge reopened.", "lang": stated})
    assert document(tmp_path, "a.jsonl", row).language == language


def test_a_bad_row_costs_only_itself(tmp_path: Path) -> None:
    data = b'{"text": "a"}\n{"text": \n[]\n{"title": "x"}\n{"text": ""}\n\xff\n{"text": "b"}\n'
    found = load(tmp_path, "a.jsonl", data + b"[" * 100_000)
    assert [item.text for item in found if isinstance(item, Document)] == ["a", "b"]
    assert [item.path for item in found if isinstance(item, Failure)] == [
        f"a.jsonl:{line}" for line in (2, 3, 4, 5, 6, 8)
    ]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        *[(name, "Le pont a été rouvert à l'été.") for name in ("cp1252", "utf-16", "utf-16-be")],
        ("utf-8-sig", "Le pont a été rouvert."),
        ("cp1251", "Мост снова открыт для движения."),
        ("shift_jis", "橋は月曜日に再開されました。"),
    ],
)
def test_rows_are_in_the_encoding_of_the_first_ones(
    tmp_path: Path, encoding: str, text: str
) -> None:
    texts = [text, "The bridge was opened.", text, text[:8]] * 5_000
    rows = "".join(f"{json.dumps({'text': text}, ensure_ascii=False)}\n" for text in texts)
    found = load(tmp_path, "a.jsonl", rows.encode(encoding))
    assert [item.text for item in found if isinstance(item, Document)] == texts


def test_of_what_is_no_text_a_few_rows_are_listed(tmp_path: Path) -> None:
    noise = random.Random(0).randbytes(100_000)
    found = load(tmp_path, "a.jsonl", b'{"text": "a"}\n' + noise)
    assert isinstance(found[0], Document)
    assert isinstance(found[-1], Failure)
    assert found[-1].path == "a.jsonl"
    assert len(found) < 100


def test_a_row_that_is_too_long_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.load.export._MAX_ROW_BYTES", 20)
    row, long = b'{"text": "a"}\n', b'{"text": "%s"}' % (b"a" * 100)
    found = load(tmp_path, "a.jsonl", row + long + b"\n" + b" " * 50 + b"\n" + row + long)
    assert [item.id for item in found if isinstance(item, Document)] == ["a.jsonl:1", "a.jsonl:4"]
    assert [item.path for item in found if isinstance(item, Failure)] == ["a.jsonl:2", "a.jsonl:5"]


def test_of_a_row_that_is_too_long_a_bounded_part_is_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.load.export._MAX_ROW_BYTES", 10_000)
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "%s"}' % (b"a" * 5_000_000))
    tracemalloc.start()
    (left_out,) = load_file(tmp_path, "a.jsonl")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(left_out, Failure)
    assert most < 1_000_000


def test_an_id_that_nobody_sees_is_none(tmp_path: Path) -> None:
    rows = [{"id": id, "text": "One."} for id in ("\u2060", " ", "", None, 0)]
    found = load(tmp_path, "a.jsonl", "\n".join(map(json.dumps, rows)))
    assert [item.id for item in found if isinstance(item, Document)] == [
        *("a.jsonl:1", "a.jsonl:2", "a.jsonl:3", "a.jsonl:4", "0")
    ]
    (hidden,) = load(tmp_path, "\u2060", "One.")
    assert isinstance(hidden, Document)
    assert hidden.id == "\u2060"


def test_lone_surrogates_do_not_reach_the_index(tmp_path: Path) -> None:
    found = document(
        tmp_path, "a.jsonl", '{"id": "\\ud800", "text": "a\\udfffb", "title": "\\ud800"}'
    )
    assert (found.text, found.id, found.title) == ("a?b", "?", "?")


def test_files_are_found_at_any_depth_but_not_hidden_or_linked(tmp_path: Path) -> None:
    (tmp_path / "b" / "c").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    for name in ("z.txt", "b/c/a.md", ".git/x.txt", "b/.hidden.txt"):
        (tmp_path / name).write_text("text")
    (tmp_path / "link.txt").symlink_to(tmp_path / "z.txt")
    (tmp_path / "around").symlink_to(tmp_path)
    assert listing(tmp_path) == ["b/c/a.md", "z.txt"]


@pytest.mark.parametrize(
    ("stated", "date"),
    [
        ("2024", "2024"),
        ("2024-06", "2024-06"),
        ("2024-06-20T10:00:00Z", "2024-06-20"),
        ("2024-6-5", "2024-06-05"),
        ("20240620", "2024-06-20"),
        ("2024年6月20日", "2024-06-20"),
        ("2024年6月", "2024-06"),
        ("2024년 6월 20일", "2024-06-20"),
        ("2024. 6. 20.", "2024-06-20"),
        ("2024 June 20", "2024-06-20"),
        ("2024-Jun-20", "2024-06-20"),
        ("٢٠٢٤-٠٦-٢٠", "2024-06-20"),
        ("20 มิถุนายน 2567", "2024-06-20"),
        ("๒๐ มิถุนายน ๒๕๖๗", "2024-06-20"),
        ("20.06.2024", "2024-06-20"),
        ("05.06.2024", "2024-06-05"),
        ("20/06/2024", "2024-06-20"),
        ("06-20-2024", "2024-06-20"),
        ("05/06/2024", None),
        ("2024-13-01", None),
        ("20.13.2024", None),
        ("20/20/2024", None),
    ],
)
def test_a_date_is_read_as_far_as_it_is_beyond_doubt(
    tmp_path: Path, stated: str, date: str | None
) -> None:
    row = json.dumps({"text": "The bridge reopened.", "date": stated})
    assert document(tmp_path, "a.jsonl", row).date == date


def test_the_error_of_a_file_may_come_from_another_process() -> None:
    error = pickle.loads(pickle.dumps(LoadError("a.md", "there is no text in it")))
    assert (error.path, error.reason) == ("a.md", "there is no text in it")
    assert str(error) == "a.md: there is no text in it"
