"""The command line: what each command prints, and its exit codes; never a traceback."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_group

from rag import Corpus, Settings
from rag.cli import main
from rag.cli.commands import app
from rag.errors import RagError
from rag.evaluate import read_questions
from rag.feedback import write_folder
from rag.people import People, User
from rag.store.lock import writer_lock
from rag.sync import OnProgress, Progress
from rag.ui.conversation import Exchange
from rag.ui.memory import Memory

RAG = [sys.executable, "-m", "rag"]


def rag(*arguments: str, cwd: Path, code: int = 0, **environment: str) -> tuple[str, str]:
    """What a command prints and complains of; in this process, for torch is slow to import."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        patch.setattr(sys, "argv", ["rag", *arguments])
        for name, value in environment.items():
            patch.setenv(name, value)
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == code, err.getvalue()
    return out.getvalue(), err.getvalue()


def one_line(stderr: str) -> str:
    (line,) = stderr.splitlines()
    assert line.startswith("rag: ")
    return line


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working directory with a synced corpus and its index."""
    home = tmp_path_factory.mktemp("home")
    (home / "corpus").mkdir()
    (home / "corpus" / "pont.md").write_text(
        "---\ntitle: Le pont rouvre\ndate: 2024-06-20\nlanguage: fr\nsource: La Gazette\n---\n"
        "Le pont de fer a été rouvert lundi par la maire, Odile Kerjean. "
        "Il était fermé depuis un an.\n"
    )
    (home / "corpus" / "herring.txt").write_text(
        "Herring\n\nThe herring quota was cut to 71,000 tonnes on Wednesday.\n"
    )
    out, err = rag("sync", cwd=home)
    assert out.startswith("2 added, 0 updated, 0 removed, 0 unchanged; 2 passages, 2 embedded")
    assert err == ""
    return home


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A working directory with an empty corpus."""
    (tmp_path / "corpus").mkdir()
    return tmp_path


def test_sync_says_what_it_did_and_a_second_time_embeds_nothing(home: Path) -> None:
    out, _ = rag("sync", cwd=home)
    assert out.startswith("0 added, 0 updated, 0 removed, 2 unchanged; 2 passages, 0 embedded")
    report = json.loads(rag("sync", "--json", cwd=home)[0])
    assert (report["unchanged"], report["embedded"], report["failed"]) == (2, 0, [])


def test_ask(home: Path) -> None:
    out, err = rag("ask", "Qui a rouvert le pont ?", cwd=home)
    assert "Odile Kerjean" in out
    assert re.search(
        r"^\[1\] Le pont rouvre, 20 June 2024, La Gazette, pont\.md, characters 0-\d+$", out, re.M
    )
    assert err == ""


def test_ask_with_torch_loads_two_models_at_once(home: Path) -> None:
    # In a process of its own: names of transformers were missing where two threads imported it.
    asked = [*RAG, "ask", "Qui a rouvert le pont ?"]
    environment = {**os.environ, "RAG_ENGINE": "torch"}
    done = subprocess.run(asked, cwd=home, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Odile Kerjean" in done.stdout


def test_ask_what_is_not_there_shows_what_comes_nearest(home: Path) -> None:
    out, _ = rag("ask", "What is the capital of Japan?", cwd=home)
    assert out.startswith("I found no answer")
    assert re.search(r"^\[\d\] .*, characters \d+-\d+\n   \w", out, re.M)
    answer = json.loads(rag("ask", "What is the capital of Japan?", "--json", cwd=home)[0])
    assert answer["citations"] == []
    assert all(each["quote"] for each in answer["nearest"])


def test_ask_as_json_quotes_the_exact_span(home: Path) -> None:
    answer = json.loads(rag("ask", "Qui a rouvert le pont ?", "--json", cwd=home)[0])
    assert not answer["abstained"]
    text = (home / "corpus" / "pont.md").read_text().split("---\n")[2]
    (citation,) = answer["citations"]
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert citation["document"]["id"] == "pont.md"
    assert citation["marker"] in answer["text"]


def test_search(home: Path) -> None:
    out, _ = rag("search", "herring quota", "--top-k", "1", cwd=home)
    assert re.match(r"1\. Herring, herring\.txt, characters \d+-\d+, score [\d.]+\n   ", out)
    hits = json.loads(rag("search", "herring quota", "--json", cwd=home)[0])
    assert [hit["document"]["id"] for hit in hits] == ["herring.txt", "pont.md"]


def test_output_that_is_not_utf_8(home: Path) -> None:
    plain = {**os.environ, "PYTHONIOENCODING": "ascii"}
    for option in ([], ["--json"]):
        done = subprocess.run(
            [*RAG, "ask", "Qui a rouvert le pont ?", *option],
            cwd=home,
            env=plain,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
    assert "été rouvert" in json.loads(done.stdout)["text"]


def test_output_that_cannot_be_written(home: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*RAG, "status"], cwd=home, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert "No space left on device" in one_line(done.stderr)


def test_status(home: Path) -> None:
    out, _ = rag("status", cwd=home)
    assert "documents   2 (en 1, fr 1)" in out
    status = json.loads(rag("status", "--json", cwd=home)[0])
    assert (status["documents"], status["chunks"], status["failed"]) == (2, 2, [])


def test_other_folders(home: Path, tmp_path: Path) -> None:
    places = ("--corpus", str(home / "corpus"), "--index", str(home / "index"))
    assert "documents   2" in rag("status", *places, cwd=tmp_path)[0]


def test_the_two_names_of_the_command(home: Path) -> None:
    for command in (["-m", "rag"], [str(Path(sys.executable).parent / "rag")]):
        done = subprocess.run(
            [sys.executable, *command, "search", ""],
            cwd=home,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert one_line(done.stderr).startswith("rag: the question is empty")
        assert done.stdout == ""


def commands_of(group: TyperGroup, *before: str) -> Iterator[tuple[list[str], list[str]]]:
    """The words of each command, and its options."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands_of(command, *before, name)
        else:
            names = [name for parameter in command.params for name in parameter.opts]
            yield [*before, name], [name for name in names if name.startswith("--")]


def test_help_names_every_command_and_option(home: Path) -> None:
    for words, options in commands_of(get_group(app)):
        *group, name = words
        out, _ = rag(*group, "--help", cwd=home)
        assert re.search(rf"^\W*{name}\s", out, re.MULTILINE)
        out, _ = rag(*words, "--help", cwd=home)
        assert all(option in out for option in options)


def test_an_empty_corpus(empty: Path) -> None:
    out, _ = rag("sync", cwd=empty)
    assert out.startswith("0 added, 0 updated, 0 removed, 0 unchanged; 0 passages, 0 embedded")
    assert "no articles" in rag("ask", "Who?", cwd=empty)[0]
    assert json.loads(rag("ask", "Who?", "--json", cwd=empty)[0])["abstained"]
    out, err = rag("search", "Who?", cwd=empty)
    assert out.strip() == ""
    assert "the index holds no articles" in err
    assert json.loads(rag("search", "Who?", "--json", cwd=empty)[0]) == []
    assert "documents   0 (none)" in rag("status", cwd=empty)[0]


def test_before_the_first_sync(empty: Path) -> None:
    for command in (["ask", "Who?"], ["search", "Who?"], ["status"]):
        assert "rag sync" in one_line(rag(*command, cwd=empty, code=1)[1])


def test_a_missing_folder(tmp_path: Path) -> None:
    for command in (["sync"], ["ask", "Who?"], ["status"], ["serve"]):
        assert "no corpus folder" in one_line(rag(*command, cwd=tmp_path, code=1)[1])


def test_an_empty_question(home: Path) -> None:
    for command in ("ask", "search"):
        for question in ("", "   "):
            line = one_line(rag(command, question, cwd=home, code=2)[1])
            assert line == "rag: the question is empty; type one, such as: who was elected?"


def test_a_question_of_100_000_characters(home: Path) -> None:
    for command in ("ask", "search"):
        line = one_line(rag(command, "x" * 100_000, cwd=home, code=2)[1])
        assert line.startswith("rag: the question has 100,000 characters, at most 4,000")


@pytest.mark.parametrize(
    "arguments",
    [
        *(["ask"], ["nothing"], ["ask", "a", "b"], ["search", "a", "--top-k", "0"]),
        *(["search", "a", "--top-k", "x"], ["search", "a", "--top-k", f"{2**63}"]),
        *(["sync", "--no-such-option"], ["serve", "--port", "-1"]),
    ],
)
def test_wrong_use(home: Path, arguments: list[str]) -> None:
    assert "Usage:" in rag(*arguments, cwd=home, code=2)[1]


@pytest.mark.parametrize(
    "arguments",
    [
        *(["sync", "--corpus", ""], ["sync", "--index", ""], ["sync", "--settings="], ["add", ""]),
        *(["add", "pont.md", ""], ["migrate", "", "new"], ["migrate", "index", ""]),
        *(["evaluate", ""], ["serve", "--auth", ""], ["user", "add", "ada", "--auth", ""]),
    ],
)
def test_an_empty_name_is_not_the_working_directory(empty: Path, arguments: list[str]) -> None:
    (empty / "pont.md").write_text("The bridge.")
    assert "it is empty" in rag(*arguments, cwd=empty, code=2)[1]
    assert [file.name for file in empty.rglob("*")] == ["corpus", "pont.md"]


def test_files_that_cannot_be_read_are_listed(empty: Path) -> None:
    corpus = empty / "corpus"
    (corpus / "good.txt").write_text("The bridge reopened on Monday.")
    (corpus / "folder.txt").mkdir()
    (corpus / "binary.txt").write_bytes(b"\0\1\2\3" * 100)
    (corpus / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (corpus / "broken.md").write_bytes("---\ntitle: é\n---\nété".encode("utf-16")[:-1])
    (corpus / "rows.jsonl").write_text('{"text": "A row."}\n{"text": \n')
    os.mkfifo(corpus / "pipe.txt")
    (corpus / "gone.txt").symlink_to(corpus / "nowhere.txt")
    out, _ = rag("sync", cwd=empty, code=3)
    assert out.startswith("2 added")
    for listed in ("binary.txt: ", "photo.jpg: ", "rows.jsonl:2: "):
        assert f"  {listed}" in out
    report = json.loads(rag("sync", "--json", cwd=empty, code=3)[0])
    assert {"path", "reason"} == report["failed"][0].keys()
    assert "could not be read" in rag("status", cwd=empty)[0]


def test_a_name_gives_the_terminal_no_orders(empty: Path) -> None:
    bad = "\x1b[31m\n\u202etxt"
    corpus = empty / "corpus"
    (corpus / f"{bad}.txt").write_text("Harbour\n\nThe harbour opened on Monday.\n\nIt is new.")
    (corpus / f"{bad}.jpg").write_bytes(b"\xff\xd8\xff")
    (corpus / "rows.jsonl").write_text(json.dumps({"id": f"row{bad}", "text": "The mill closed."}))
    seen = [
        rag("sync", "--dry-run", cwd=empty, code=3)[0],
        rag("sync", cwd=empty, code=3)[0],
        rag("status", cwd=empty)[0],
        rag("search", "harbour", cwd=empty)[0],
        rag("ask", "When did the harbour open?", cwd=empty)[0],
    ]
    for out in seen:
        assert re.search(r"\\x1b\[31m(\\n| )\\u202etxt", out)  # a place is said in one line
        assert not re.search("[\x1b\u202e]", out)
    assert bad in json.loads(rag("status", "--json", cwd=empty)[0])["failed"][0]["path"]


@pytest.mark.parametrize(
    ("toml", "environment", "parts"),
    [
        ("topk = 5", {}, ["topk", "rag.toml", "unknown"]),
        ("top_k = 0", {}, ["top_k", "rag.toml"]),
        ("top_k = ", {}, ["rag.toml", "not valid TOML"]),
        ("", {"RAG_TOP_K": "many"}, ["top_k", "RAG_TOP_K", "'many'"]),
        ("", {"RAG_NOTHING": "1"}, ["nothing", "RAG_NOTHING", "unknown"]),
        ("embedding_model = '/no/model'", {}, ["/no/model", "embedding_model"]),
    ],
)
def test_wrong_settings(
    empty: Path, toml: str, environment: dict[str, str], parts: list[str]
) -> None:
    (empty / "rag.toml").write_text(toml)
    line = one_line(rag("sync", cwd=empty, code=1, **environment)[1])
    assert all(part in line for part in parts)


def test_a_settings_file_that_is_not_there(empty: Path) -> None:
    assert "cannot read no.toml" in one_line(
        rag("sync", "--settings", "no.toml", cwd=empty, code=1)[1]
    )


def test_another_model_than_the_index_was_built_with(home: Path) -> None:
    line = one_line(rag("ask", "Who?", cwd=home, code=1, RAG_CHUNK_TOKENS="64")[1])
    assert "rag sync --rebuild" in line


def test_another_sync_holds_the_lock(home: Path) -> None:
    with writer_lock(home / "index"):
        line = one_line(rag("sync", cwd=home, code=75)[1])
    assert str(os.getpid()) in line


def test_what_was_copied_is_said_though_the_sync_cannot_begin(empty: Path) -> None:
    (empty / "new.md").write_text("# New\n\nThe mill closed.")
    rag("sync", cwd=empty)
    with writer_lock(empty / "index"):
        out, err = rag("add", "new.md", cwd=empty, code=75)
    assert out == "new.md is in the corpus\n"
    assert str(os.getpid()) in one_line(err)


def test_an_error_stands_in_a_line_of_its_own_and_gives_the_terminal_no_orders(
    empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(self: Corpus, on_progress: OnProgress, **_: Any) -> None:
        on_progress(Progress("reading", 1, None, 0, 0.0, None))
        raise RagError("no such article: \x1b[31m")

    monkeypatch.setattr(Corpus, "sync", broken)
    monkeypatch.setattr(sys, "argv", ["rag", "sync"])
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.chdir(empty)
    with pytest.raises(SystemExit):
        main()
    progress, error = capsys.readouterr().err.rsplit("\r", 1)
    assert "reading the folder: 1 article " in progress
    assert progress.endswith(" " * 78)
    assert error == "rag: no such article: \\x1b[31m\n"


def test_an_index_that_cannot_be_written(home: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for index in (tmp_path / "file", tmp_path / "file" / "index"):
        rag("sync", "--corpus", str(home / "corpus"), "--index", str(index), cwd=tmp_path, code=1)


@pytest.mark.parametrize("command", [["sync"], ["sync", "--rebuild"], ["status"], ["verify"]])
def test_an_index_that_cannot_be_opened(empty: Path, command: list[str]) -> None:
    (empty / "index" / "catalog.1.sqlite").mkdir(parents=True)
    assert "catalog.1.sqlite" in one_line(rag(*command, cwd=empty, code=1)[1])


@pytest.mark.loopback
def test_serve(home: Path) -> None:
    process = subprocess.Popen(
        [*RAG, "serve", "--port", "0"],
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.fullmatch(
            r"The page is at (http://127\.0\.0\.1:\d+) \(Ctrl-C ends it\)\n", line
        )
        assert address
        with urllib.request.urlopen(f"{address[1]}/health", timeout=30) as reply:
            health: dict[str, Any] = json.load(reply)
        assert (health["status"], health["documents"]) == ("ok", 2)
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert err.startswith("0 added")
    assert len(err.splitlines()) == 1


@pytest.mark.loopback
def test_a_busy_port(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        _, err = rag("serve", "--no-sync", "--port", port, cwd=home, code=1)
    assert one_line(err) == (
        f"rag: cannot listen on 127.0.0.1:{port}: Address already in use; "
        "choose another --host or --port"
    )


@pytest.mark.loopback
def test_a_host_that_is_not_this_one(home: Path) -> None:
    _, err = rag("serve", "--no-sync", "--host", "no-such-host.invalid", cwd=home, code=1)
    assert "cannot listen on no-such-host.invalid" in one_line(err)


@pytest.mark.parametrize("package", ["pydantic", "typer"])
@pytest.mark.parametrize(
    "start", ["from rag.cli import main; main()", "import runpy; runpy.run_module('rag')"]
)
def test_an_interruption_while_the_commands_are_imported_ends_without_a_traceback(
    package: str, start: str
) -> None:
    code = f"""
import sys

class Impatient:
    def find_spec(self, name, *_):
        if name == "{package}":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Impatient())
{start}
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (130, b"")


@pytest.mark.parametrize("command", [["status"], ["status", "--json"], ["sync"]])
@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-"])
def test_a_closed_output_is_no_failure(home: Path, command: list[str], closed: str) -> None:
    shell = ["sh", "-c", f'exec "$@" {closed}', "sh", *RAG, *command]
    done = subprocess.run(shell, cwd=home, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("command", [["--help"], ["status", "--help"]])
def test_help_is_quick(home: Path, command: list[str]) -> None:
    code = (
        "import sys; sys.argv[1:] = %r\nfrom rag.cli import main\n"
        "try: main()\nfinally: print([m for m in ('torch', 'gradio', 'faiss') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code % command],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip().endswith("[]")


def test_search_explains_and_filters(home: Path) -> None:
    out, _ = rag("search", "Qui a rouvert le pont ?", "--explain", "--language", "FR", cwd=home)
    assert "question in fr" in out
    assert "passage in fr" in out
    assert "meaning +" in out
    assert "herring" not in out
    for option in (["--from", "2025"], ["--to", "2020"], ["--source", "x"], ["--document", "x"]):
        assert json.loads(rag("search", "pont", "--json", *option, cwd=home)[0]) == []
    _, err = rag("search", "pont", "--source", "x", cwd=home)
    assert "no article matches the filters" in err
    found = json.loads(rag("search", "pont", "--json", "--from", "2024-06", cwd=home)[0])
    assert [hit["document"]["id"] for hit in found] == ["pont.md"]
    assert found[0]["explanation"]["matched"]
    _, err = rag("search", "pont", "--from", "June", cwd=home, code=2)
    assert "2024-06-20" in one_line(err)


def test_a_user_is_added_and_may_sign_in(home: Path) -> None:
    auth = home / "users.toml"
    added = subprocess.run(
        [*RAG, "user", "add", "ann", "--role", "editor", "--auth", auth],
        input="a long pass phrase\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert added.stdout == f"ann may sign in as editor: rag serve --auth {auth}\n"
    assert "a long pass phrase" not in auth.read_text()
    auth.write_text("\ufeff" + auth.read_text())  # an editor's byte order mark
    people = People(auth)
    assert people.check("ann", "a long pass phrase") == User("ann", "editor")
    assert people.check("ann", "a long pass phrasE") is None
    short = subprocess.run(
        [*RAG, "user", "add", "bob", "--auth", auth], input="\n", capture_output=True, text=True
    )
    assert short.returncode == 1
    assert "at least 8 characters" in one_line(short.stderr)


def test_an_id_that_no_line_holds_is_left_out_of_what_is_measured(
    home: Path, tmp_path: Path
) -> None:
    question = "When was the herring quota cut?"
    with Corpus(home / "corpus", home / "index", Settings()) as corpus:
        answer = corpus.ask(question)
    cited, *_ = answer.citations
    ids = ("a\tb", "c\nd", "e ", "f g")
    citations = tuple(replace(cited, document=replace(cited.document, id=id)) for id in ids)
    liked = Exchange(
        question=question, searched=question, answer=replace(answer, citations=citations)
    )
    Memory.beside(tmp_path / "index").rate("ann", "1", liked, liked=True)
    said = write_folder(tmp_path / "index", tmp_path / "asked")
    assert said.startswith("1 question answered well, 0 not; left out: 3 articles")
    (read,) = read_questions(tmp_path / "asked")
    assert read.relevant == {"f g": 1}


def test_feedback_becomes_questions_to_measure_with(home: Path) -> None:
    folder = home / "asked"
    _, err = rag("evaluate", "asked", "--feedback", cwd=home, code=1)
    assert "nobody has liked an answer" in one_line(err)
    with Corpus(home / "corpus", home / "index", Settings()) as corpus:
        question = "When was the herring quota cut?"
        liked = Exchange(question=question, searched=question, answer=corpus.ask(question))
    memory = Memory.beside(home / "index")
    memory.rate("ann", "2", Exchange(question="And why?", draft="So."), liked=False, note="no")
    rag("evaluate", "asked", "--feedback", cwd=home, code=1)
    assert (folder / "disliked.jsonl").exists()
    memory.rate("ann", "1", liked, liked=True)
    out, err = rag("evaluate", "asked", "--feedback", "--json", cwd=home)
    assert "1 question answered well, 1 not" in err
    assert json.loads(out)["retrieval"][0]["count"] == 1
    rag("evaluate", "asked", "--feedback", cwd=home)
    assert (folder / "qrels.tsv").read_text() == "f1\therring.txt\t1\n"
    (disliked,) = map(json.loads, (folder / "disliked.jsonl").read_text().splitlines())
    assert disliked == {"question": "And why?", "answer": "So.", "note": "no"}
    own = '{"id": "q1", "text": "Who?"}\n'
    (folder / "queries.jsonl").write_text(own)
    _, err = rag("evaluate", "asked", "--feedback", cwd=home, code=1)
    assert "name a new folder" in one_line(err)
    assert (folder / "queries.jsonl").read_text() == own
