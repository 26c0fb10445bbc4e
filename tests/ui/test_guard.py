"""What is refused before it reaches the page, over real sockets."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, expect

from rag import Corpus, Settings, SettingsError
from rag.people import People, add_user, hashed, verify
from rag.ui.texts import texts
from tests.conftest import WordEmbedder
from tests.ui.server import running
from tests.ui.visit import Visit

pytestmark = pytest.mark.loopback

_QUESTION = {"question": "the harbour tram"}


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=../../../../etc/passwd",
        "/gradio_api/file=..%2f..%2f..%2fetc%2fpasswd",
        "/gradio_api/file=%2fetc%2fpasswd",
        "/gradio_api/file=//etc/passwd",
        "/gradio_api/file=/proc/self/environ",
        "/gradio_api/file=pyproject.toml",
        "/gradio_api/file=index-people.sqlite",
        "/gradio_api/file=corpus/tram-retard.md",
        "/gradio_api/file=http://127.0.0.1:9/x",
        "/gradio_api/file=file:///etc/passwd",
        "/gradio_api/file=/etc/passwd%00.png",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=http://127.0.0.1:9/x",
        "/static/..%2f..%2froutes.py",
        "/assets/..%2f..%2f..%2froutes.py",
    ],
)
def test_no_file_of_the_server_is_given_out(address: str, path: str) -> None:
    reply = httpx.get(f"{address}{path}", follow_redirects=True)
    assert reply.status_code >= 400
    assert "root:" not in reply.text
    assert httpx.get(f"{address}/health").status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://127.0.0.1:1", "null", "http://["]
)
@pytest.mark.parametrize("path", ["/api/ask", "/gradio_api/queue/join", "/gradio_api/upload"])
def test_another_site_may_not_ask(address: str, path: str, origin: str) -> None:
    reply = httpx.post(f"{address}{path}", json=_QUESTION, headers={"Origin": origin})
    assert reply.status_code == 403
    assert "access-control-allow-origin" not in reply.headers


def test_the_own_site_may_ask(address: str) -> None:
    headers = {"Origin": address}
    reply = httpx.post(f"{address}/api/search", json=_QUESTION, headers=headers, timeout=60)
    assert reply.status_code == 200


def test_another_name_for_this_machine_is_refused(corpus: Corpus) -> None:
    corpus.sync()
    with running(corpus, only_loopback=True) as address:
        port = urlsplit(address).port
        for host, status in {
            f"127.0.0.1:{port}": 200,
            f"localhost:{port}": 200,
            f"[::1]:{port}": 200,
            "evil.example": 403,
            f"127.0.0.1.evil.example:{port}": 403,
            "[": 403,
        }.items():
            headers = {"Host": host}
            reply = httpx.post(f"{address}/api/search", json=_QUESTION, headers=headers)
            assert reply.status_code == status


def test_huge_bodies_are_refused(address: str) -> None:
    for path in ("/api/ask", "/gradio_api/queue/join", "/gradio_api/upload"):
        assert httpx.post(f"{address}{path}", content=b"x" * 2**21).status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(64):
            yield b"x" * 2**16

    reply = httpx.post(f"{address}/api/ask", content=endless(), timeout=60)  # without a length
    assert reply.status_code >= 400
    assert httpx.get(f"{address}/health").status_code == 200


def test_ten_thousand_headers_are_refused(address: str) -> None:
    place = urlsplit(address)
    with socket.create_connection((place.hostname or "", place.port or 0)) as connection:
        lines = "".join(f"X-{number}: {number}\r\n" for number in range(10_000))
        try:
            connection.sendall(f"GET /health HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode())
            status = connection.recv(100).decode().split(" ")[1:2]
        except ConnectionError:
            status = ["400"]
    assert status in (["400"], ["431"])
    headers = {f"X-{number}": "x" for number in range(200)}
    assert httpx.get(f"{address}/health", headers=headers).status_code == 431
    assert httpx.get(f"{address}/health").status_code == 200


def test_passwords_are_kept_as_hashes(tmp_path: Path) -> None:
    file = tmp_path / "users.toml"
    add_user(file, "ann", "correct horse", "editor")
    add_user(file, "bob", "battery staple", "reader")
    assert "correct horse" not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    people = People(file)
    ann = people.check("ann", "correct horse")
    assert ann
    assert ann.role == "editor"
    assert people.check("ann", "battery staple") is None
    assert people.check("eve", "correct horse") is None
    add_user(file, "ann", "another one", "reader")
    assert people.check("ann", "correct horse") is None
    assert hashed("x") != hashed("x")
    assert not verify("x", "plain")


@pytest.mark.parametrize(
    "text",
    [
        "users = 3",
        "[users.a]\nrole = 'reader'",
        "[users.a]\npassword = 'scrypt$'\nrole = 'king'",
        "[users.a]\npassword = 'correct horse'",
        "[user.a]\npassword = 'scrypt$'",
        "=",
    ],
)
def test_a_file_that_lists_no_users_is_told_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "users.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=r"users\.toml"):
        People(file)


def test_a_password_in_clear_is_replaced_as_the_error_says(tmp_path: Path) -> None:
    file = tmp_path / "users.toml"
    file.write_text("[users.ann]\npassword = 'correct horse'\nrole = 'editor'\n")
    with pytest.raises(SettingsError, match=r"not hashed.*rag user add ann"):
        People(file)
    add_user(file, "ann", "correct horse", "editor")
    assert People(file).check("ann", "correct horse")


def test_whoever_is_added_leaves_the_others(tmp_path: Path) -> None:
    file = tmp_path / "users.toml"
    file.write_text(f"[users.'o\"neil']\npassword = '{hashed('correct horse')}'\n")
    names = [f"user{number}" for number in range(4)]
    with ThreadPoolExecutor() as pool:
        for name in names:
            pool.submit(add_user, file, name, "battery staple", "reader")
    people = People(file)
    assert people.check('o"neil', "correct horse")
    assert all(people.get(name) for name in names)
    file.unlink()
    file.mkdir()
    with pytest.raises(SettingsError, match=r"users\.toml"):
        add_user(file, "ann", "correct horse", "reader")
    assert {each.name for each in tmp_path.iterdir()} == {"users.toml", ".users.toml.lock"}


def test_a_file_that_breaks_leaves_the_old_list_and_is_told_of_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "users.toml"
    add_user(file, "ann", "correct horse", "editor")
    people = People(file)
    file.write_text("[users")
    os.utime(file, (1, 1))
    assert people.get("ann")
    assert people.get("ann")
    assert capsys.readouterr().err.count("users.toml") == 1
    file.unlink()
    add_user(file, "bob", "battery staple", "reader")
    assert people.get("bob")
    assert not people.get("ann")


@pytest.fixture
def guarded(corpus: Corpus, tmp_path: Path) -> Iterator[str]:
    """A server that ann, an editor, and bob, a reader, may use."""
    corpus.sync()
    file = tmp_path / "users.toml"
    add_user(file, "ann", "correct horse", "editor")
    add_user(file, "bob", "battery staple", "reader")
    with running(corpus, allow_edit=True, people=People(file)) as address:
        yield address


def test_programs_sign_in_with_each_request(guarded: str) -> None:
    for path in ("/api/ask", "/api/search", "/gradio_api/queue/join", "/gradio_api/info"):
        assert httpx.post(f"{guarded}{path}", json=_QUESTION).status_code == 401
    for path in ("/article?id=harbour", "/config", "/openapi.json", "/gradio_api/info"):
        assert httpx.get(f"{guarded}{path}").status_code == 401
    wrong, right = ("bob", "correct horse"), ("bob", "battery staple")
    assert httpx.post(f"{guarded}/api/ask", json=_QUESTION, auth=wrong).status_code == 401
    for _ in range(2):
        assert httpx.post(f"{guarded}/api/ask", json=_QUESTION, auth=right).status_code == 200
    assert httpx.get(f"{guarded}/health").status_code == 200
    for cookie in ("x", "9999999999.616e6e.00", "..", "a.b.c"):
        cookies = {f"session-{urlsplit(guarded).port}": cookie}
        assert httpx.get(f"{guarded}/config", cookies=cookies).status_code == 401


def test_programs_alone_are_asked_for_credentials(guarded: str) -> None:
    assert httpx.get(f"{guarded}/config").headers["www-authenticate"].startswith("Basic")
    for name in ("Origin", "Referer", "Sec-Fetch-Mode"):
        headers = {name: guarded, "Accept-Language": "fr"}
        reply = httpx.get(f"{guarded}/config", headers=headers)
        assert reply.status_code == 401
        assert "www-authenticate" not in reply.headers
        assert reply.json()["error"] == texts("fr")["signed_out"]


def test_a_page_whose_sign_in_has_ended_leads_to_the_form(browser: Browser, guarded: str) -> None:
    ann = Visit(browser, guarded, "fr-FR", wait=False)
    ann.sign_in("ann", "correct horse")
    ann.box.wait_for()
    ann.context.clear_cookies()
    ann.begin("the iron bridge")
    expect(ann.page.get_by_label(ann.say["login_password"])).to_be_visible()
    ann.sign_in("ann", "correct horse")
    ann.box.wait_for()
    ann.context.close()


def test_credentials_that_are_no_text_are_refused(guarded: str) -> None:
    for credentials in (b"Basic \xff\xff", b"Basic =====", b"Basic /w=="):
        headers = {b"Authorization": credentials}
        assert httpx.get(f"{guarded}/config", headers=headers).status_code == 401


def test_who_signs_in_gets_what_was_asked_for(guarded: str) -> None:
    asked = httpx.get(f"{guarded}/api/docs?of=ask", headers={"Accept": "text/html"})
    assert asked.headers["location"] == "/login?next=%2Fapi%2Fdocs%3Fof%3Dask"
    ann = {"name": "ann", "password": "correct horse"}
    own = httpx.post(f"{guarded}{asked.headers['location']}", data=ann)
    assert own.headers["location"] == "/api/docs?of=ask"
    for wanted in ("//evil.example", "/\\evil.example", "https://evil.example", ""):
        reply = httpx.post(f"{guarded}/login", params={"next": wanted}, data=ann)
        assert reply.headers["location"] == "/"


def test_two_servers_on_one_machine_keep_whom_they_know(guarded: str, tmp_path: Path) -> None:
    people = People(tmp_path / "users.toml")
    folder, index = tmp_path / "other", tmp_path / "other-index"
    folder.mkdir()
    with (
        Corpus(folder, index, Settings(), WordEmbedder()) as corpus,
        running(corpus, people=people) as other,
        httpx.Client() as browser,
    ):
        for address in (guarded, other):
            browser.post(f"{address}/login", data={"name": "ann", "password": "correct horse"})
        for address in (guarded, other):
            assert browser.get(f"{address}/config").status_code == 200


def test_another_password_ends_what_was_begun_with_the_old_one(
    guarded: str, tmp_path: Path
) -> None:
    bob, page = ("bob", "battery staple"), f"{guarded}/config"
    with httpx.Client() as session:
        session.post(f"{guarded}/login", data={"name": bob[0], "password": bob[1]})
        assert session.get(page).status_code == 200
        assert httpx.get(page, auth=bob).status_code == 200
        add_user(tmp_path / "users.toml", "bob", "another one", "reader")
        assert session.get(page).status_code == 401
        assert httpx.get(page, auth=bob).status_code == 401
        assert httpx.get(page, auth=("bob", "another one")).status_code == 200


def test_a_session_that_was_left_is_over_for_who_has_copied_it(guarded: str) -> None:
    ann = {"name": "ann", "password": "correct horse"}
    with httpx.Client() as session, httpx.Client() as another:
        for client in (session, another):
            client.post(f"{guarded}/login", data=ann)
        copied = httpx.Cookies(session.cookies)
        assert httpx.get(f"{guarded}/config", cookies=copied).status_code == 200
        session.post(f"{guarded}/logout")
        assert httpx.get(f"{guarded}/config", cookies=copied).status_code == 401
        assert another.get(f"{guarded}/config").status_code == 200


def test_people_sign_out(browser: Browser, guarded: str) -> None:
    ann = sign_in(browser, guarded, "ann", "correct horse")
    ann.box.wait_for()
    ann.button(ann.say["logout"]).click()
    expect(ann.page.get_by_label(ann.say["login_password"])).to_be_visible()
    ann.page.goto(guarded)
    expect(ann.page.get_by_label(ann.say["login_password"])).to_be_visible()
    ann.context.close()


def test_the_title_keeps_its_words_beside_the_buttons_on_a_phone(
    browser: Browser, guarded: str
) -> None:
    ann = Visit(browser, guarded, "fr-FR", width=320, wait=False)
    ann.sign_in("ann", "correct horse")
    ann.box.wait_for()
    height = "each => each.clientHeight / parseFloat(getComputedStyle(each).fontSize)"
    assert ann.page.locator(".title h1").evaluate(height) < 3  # two lines
    assert ann.page.evaluate("document.documentElement.scrollWidth") == 320
    ann.context.close()


def sign_in(browser: Browser, address: str, name: str, password: str) -> Visit:
    """A visit of somebody who signs in."""
    visit = Visit(browser, address, wait=False)
    visit.sign_in(name, password)
    return visit


def test_people_sign_in_and_see_their_own(browser: Browser, guarded: str) -> None:
    wrong = sign_in(browser, guarded, "ann", "battery staple")
    expect(wrong.page.get_by_text("do not belong together")).to_be_visible()
    wrong.context.close()
    ann = sign_in(browser, guarded, "ann", "correct horse")
    ann.ask("when did the iron bridge reopen?")
    ann.page.get_by_role("tab", name="Articles").click()
    expect(ann.page.locator("#upload")).to_be_visible()
    ann.context.close()
    bob = sign_in(browser, guarded, "bob", "battery staple")
    bob.box.wait_for()
    bob.errors.clear()  # an icon was asked for before he had signed in
    bob.page.get_by_label("Toggle Sidebar").click()
    expect(bob.button("New conversation")).to_be_visible()
    expect(bob.page.locator("#history").get_by_text("iron bridge")).to_have_count(0)
    bob.page.get_by_role("tab", name="Articles").click()
    expect(bob.page.locator("#articles caption")).to_have_text("3 of 3 articles")
    expect(bob.page.locator("#upload")).to_have_count(0)
    bob.leave()


def test_a_proxy_says_who_it_is(folder: Path, tmp_path: Path) -> None:
    settings = Settings(user_header="X-Forwarded-User")
    with Corpus(folder, tmp_path / "index", settings, WordEmbedder()) as corpus:
        corpus.sync()
        with running(corpus) as address:
            assert httpx.post(f"{address}/api/ask", json=_QUESTION).status_code == 401
            headers = {"X-Forwarded-User": "ann"}
            reply = httpx.post(f"{address}/api/ask", json=_QUESTION, headers=headers)
            assert reply.status_code == 200
