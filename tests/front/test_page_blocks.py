"""The page served: what programs get from it, what it refuses, and that a browser can reach nothing else."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client  # type: ignore[import-untyped]
from gradio_client.exceptions import AppError  # type: ignore[import-untyped]

from index.errors import UsageError
from rag.front.live import Live
from rag.front.page import open_page
from rag.front.page.command import OPEN_TO_ALL
from rag.front.page.guard import objection
from rag.settings import Settings
from tests.commands import contract
from tests.page_server import (
    ARTICLES,
    BRIDGE,
    DEATHS,
    ELSEWHERE,
    FOLLOWS,
    QUOTE,
    SHARE,
    WHOLE,
    Mind,
    opener,
    write,
)

HERE: dict[str, Any] = {"trust_env": False, "timeout": 60}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("page")
    settings = Settings(corpus=write(ARTICLES, folder / "articles"), home=folder / "home")
    with Live(settings, opener(Mind())) as live:
        yield live


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with open_page(live, port=0, mcp=True) as page:
        assert page.local
        yield page.url


@pytest.fixture(scope="module")
def client(url: str) -> Client:
    return Client(url, download_files=False, verbose=False, httpx_kwargs={"trust_env": False})


def ask(client: Client, question: str, **more: Any) -> dict[str, Any]:
    return contract(json.dumps(client.predict(question, api_name="/ask", **more)))


def posted(url: str, **body: Any) -> tuple[str, Any]:
    """What plain HTTP gives: the event's name and its data. Two calls: the question, then its answer."""
    with httpx.Client(base_url=url, **HERE) as http:
        event = http.post("gradio_api/call/v2/ask", json=body).json()["event_id"]
        said = http.get(f"gradio_api/call/ask/{event}").text
    name, data = re.findall(r"^(?:event|data): (.*)$", said, re.MULTILINE)[-2:]
    return name, json.loads(data)


def test_a_program_gets_the_object_of_the_contract(client: Client) -> None:
    answer = ask(client, SHARE)
    assert (answer["answer"], answer["refused"]) == (f"“{QUOTE}” [1]", False)


def test_plain_http_gets_the_same_in_two_calls(url: str, client: Client) -> None:
    name, (answer,) = posted(url, question=SHARE)
    assert name == "complete"
    assert {k: v for k, v in answer.items() if k != "seconds"} == {
        k: v for k, v in ask(client, SHARE).items() if k != "seconds"
    }


def test_a_program_asks_some_articles_and_days_alone(client: Client) -> None:
    assert "12 people" in ask(client, DEATHS, sources=["flood-early.md"])["answer"]
    assert "12 people" not in ask(client, DEATHS, since="2025-03-02", until="2025-03-31")["answer"]


def test_a_program_s_follow_up_is_understood_from_its_earlier_questions(client: Client) -> None:
    assert ask(client, FOLLOWS, earlier=[SHARE])["standalone_question"] == WHOLE
    assert ask(client, FOLLOWS)["standalone_question"] == FOLLOWS


def test_a_refusal_is_an_answer_too(client: Client) -> None:
    assert ask(client, ELSEWHERE)["refused"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"question": "  "}, "The question is empty."),
        ({"question": "word " * 20_000}, "The question has 99,999 characters; 2,000 are read at most."),
        ({"question": 5}, "question: input should be a valid string."),
        ({"question": SHARE, "sources": ["../aid.md"]}, "There is no article '../aid.md'."),
        ({"question": SHARE, "sources": "aid.md"}, "sources: input should be a valid array."),
        ({"question": SHARE, "since": "yesterweek"}, "From: 'yesterweek' is not a day."),
        (
            {"question": SHARE, "since": "2025-03-02", "until": "2025-03-01"},
            "The first day is after the last",
        ),
    ],
)
def test_what_can_not_be_asked_is_told_in_a_sentence(
    url: str, body: dict[str, Any], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    name, data = posted(url, **body)
    assert name == "error"
    assert data["error"].startswith(said)
    assert "Traceback" not in capfd.readouterr().err


def test_a_client_is_told_as_well(client: Client) -> None:
    with pytest.raises(AppError, match="The question is empty"):
        ask(client, "")


def test_a_model_that_dies_is_told_and_the_next_question_is_answered(tmp_path: Path) -> None:
    mind = Mind()
    settings = Settings(corpus=write(ARTICLES, tmp_path / "articles"), home=tmp_path / "home")
    with Live(settings, opener(mind)) as live, open_page(live, port=0) as page:
        mind.die("read")
        assert posted(page.url, question=SHARE)[1]["error"].startswith("The model stopped in mid-answer.")
        assert posted(page.url, question=BRIDGE)[0] == "complete"
        tools = httpx.post(f"{page.url}gradio_api/mcp/", json=RPC | {"method": "tools/list"}, **HERE)
    assert tools.status_code == 404, "programs ask through MCP only where they may"


RPC: dict[str, Any] = {"jsonrpc": "2.0", "id": 1}


def rpc(url: str, method: str, **params: Any) -> dict[str, Any]:
    headers = {"accept": "application/json, text/event-stream"}
    body = RPC | {"method": method, "params": params}
    reply = httpx.post(f"{url}gradio_api/mcp/", json=body, headers=headers, **HERE)
    (data,) = re.findall(r"^data: (.*)$", reply.text, re.MULTILINE)
    result: dict[str, Any] = json.loads(data)["result"]
    return result


def test_a_model_s_client_finds_one_tool_and_asks_with_it(url: str) -> None:
    (tool,) = rpc(url, "tools/list")["tools"]
    assert tool["name"] == "ask"
    assert set(tool["inputSchema"]["properties"]) == {"question", "sources", "since", "until", "earlier"}
    (said,) = rpc(url, "tools/call", name="ask", arguments={"question": SHARE})["content"]
    assert QUOTE in said["text"]


def test_programs_are_offered_one_endpoint_alone(url: str) -> None:
    info = httpx.get(f"{url}gradio_api/info", **HERE).json()
    assert (list(info["named_endpoints"]), info["unnamed_endpoints"]) == (["/ask"], {})


@pytest.mark.parametrize("path", ["", "theme.css", "gradio_api/info", "export/0.md", "nowhere"])
def test_every_reply_forbids_the_browser_all_other_hosts(url: str, path: str) -> None:
    policy = httpx.get(url + path, **HERE).headers["content-security-policy"]
    assert "default-src 'self';" in policy
    assert re.findall(r"https?:|\*", policy) == []


def test_no_style_asks_for_a_font(url: str) -> None:
    page, theme = (httpx.get(url + path, **HERE).text for path in ("", "theme.css"))
    config = json.loads(re.search(r"window\.gradio_config = (\{.*?\});</script>", page)[1])  # type: ignore[index]
    assert config["stylesheets"] == []
    assert re.findall(r"@font-face|@import|googleapis", theme + config["css"]) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example"},
        {"host": ""},
        {"host": "[::1"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
    ],
)
def test_another_site_can_neither_read_the_page_nor_send_to_it(url: str, headers: dict[str, str]) -> None:
    reply = httpx.post(f"{url}gradio_api/call/v2/ask", json={"question": SHARE}, headers=headers, **HERE)
    assert reply.status_code in (400, 403)
    assert "event_id" not in reply.text


@pytest.mark.parametrize("way", ["0123456789abcdef.md", "..%2f..%2faid.md", "a/b.json", "0123.exe"])
def test_what_was_never_kept_can_not_be_taken_away(url: str, way: str) -> None:
    assert httpx.get(f"{url}export/{way}", **HERE).status_code == 404


@pytest.mark.parametrize("path", ["/etc/passwd", "{corpus}/aid.md", "{home}"])
def test_no_file_of_this_machine_is_served(url: str, live: Live, path: str) -> None:
    wanted = path.format(corpus=live.settings.corpus, home=live.settings.home)
    assert httpx.get(f"{url}gradio_api/file={wanted}", **HERE).status_code in (403, 404)


def test_a_port_that_is_taken_names_another(live: Live) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError) as told, open_page(live, port=port):
            pass
    assert (f"Port {port}" in str(told.value), told.value.hint) == (True, f"byline chat --port {port + 1}")


@pytest.mark.parametrize(("host", "port"), [("no such host", 7860), ("127.0.0.1", 99_999), ("127.0.0.1", -1)])
def test_a_place_that_can_not_be_is_wrong_use(live: Live, host: str, port: int) -> None:
    with pytest.raises(UsageError), open_page(live, host, port):
        pass


@pytest.fixture(scope="module")
def abroad(live: Live) -> Iterator[str]:
    """The page, served where other machines could reach it; asked through this machine alone."""
    with open_page(live, "0.0.0.0", port=0) as page:
        assert not page.local
        yield page.url


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost:1"}, 200),
        ({"host": "evil.example"}, 403),
        ({"host": "0.0.0.0"}, 403),
        ({"host": "192.0.2.1"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"host": "evil.example", "origin": "http://evil.example"}, 403),
    ],
)
def test_a_page_that_others_reach_answers_to_its_own_names_alone(
    abroad: str, headers: dict[str, str], status: int
) -> None:
    reply = httpx.get(f"{abroad}config", headers=headers, **HERE)
    assert reply.status_code == status
    assert [name for name in reply.headers if name.startswith("access-control")] == []


@pytest.mark.parametrize(
    ("name", "host", "server", "taken"),
    [
        ("desk.example:7860", "desk.example", "192.0.2.7", True),
        ("DESK.example:7860", "desk.example", "192.0.2.7", True),
        ("192.0.2.7:7860", "desk.example", "192.0.2.7", True),
        ("192.0.2.7:7860", "0.0.0.0", "192.0.2.7", True),
        ("[2001:db8::7]:7860", "::", "2001:db8::7", True),
        ("localhost:7860", "0.0.0.0", "127.0.0.1", True),
        ("192.0.2.8:7860", "0.0.0.0", "192.0.2.7", False),
        ("evil.example:7860", "desk.example", "192.0.2.7", False),
        ("192.0.2.7:7860", "127.0.0.1", "127.0.0.1", False),
    ],
)
def test_the_name_given_and_the_address_that_was_asked_are_its_own(
    name: str, host: str, server: str, taken: bool
) -> None:
    scope = {"method": "GET", "path": "/", "server": (server, 7860), "headers": [(b"host", name.encode())]}
    assert (objection(scope, host) == "") is taken


def test_who_opens_the_page_to_others_is_told_what_they_can_do() -> None:
    for word in ("no password", "list, read and delete", "conversations", "articles", "add", "models"):
        assert word in OPEN_TO_ALL
