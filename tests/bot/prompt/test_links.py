"""Links in a line: what each is for, what stays of the line, and every address that is not fetched."""

from __future__ import annotations

import contextlib
import time

import pytest

from bot.errors import Refusal
from bot.prompt.links import Linked, take
from bot.prompt.parser import parse
from gpu.types import InputRole

IMAGE, STYLE, FIGURE = InputRole.IMAGE, InputRole.STYLE, InputRole.CHARACTER
A = "https://cdn.discordapp.com/attachments/123456789012345678/223456789012345678/fox.png?ex=6a&is=6b&hm=0f1e"
B = "https://media.discordapp.net/ephemeral-attachments/1/2/a--ar-b.webp?ex=1&=&format=webp&width=687"


def roles(found: Linked) -> list[tuple[InputRole, str, float]]:
    return [(link.role, link.url, link.weight) for link in found.links]


@pytest.mark.parametrize(
    ("text", "line", "links"),
    [
        (f"{A} a fox", "a fox", [(IMAGE, A, 1)]),
        (f"<{A}> a fox --iw 2", "a fox --iw 2", [(IMAGE, A, 1)]),
        (f"a fox {A} in snow", "a fox in snow", [(IMAGE, A, 1)]),
        (f"{A}::2 {B}::0.5 a fox", "a fox", [(IMAGE, A, 2), (IMAGE, B, 0.5)]),
        (f"<{A}>::2, <{B}::3> a fox", "a fox", [(IMAGE, A, 2), (IMAGE, B, 3)]),
        (f"{A} ::2 a fox::1 snow::2", "a fox::1 snow::2", [(IMAGE, A, 2)]),
        (f"{A}:: a fox", "a fox", [(IMAGE, A, 1)]),
        (f"{A},{B} a fox", "a fox", [(IMAGE, A, 1), (IMAGE, B, 1)]),
        (f"{A}\n a fox", "a fox", [(IMAGE, A, 1)]),
        (f"a fox --ar 3:2 {A}", "a fox --ar 3:2 ", [(IMAGE, A, 1)]),
        (f"a fox --tile {A}", "a fox --tile ", [(IMAGE, A, 1)]),
        (f"a fox --sref {A}", "a fox ", [(STYLE, A, 1)]),
        (f"a fox --sref={A} --sw 50", "a fox --sw 50", [(STYLE, A, 1)]),
        (f"a fox —sref {A}", "a fox ", [(STYLE, A, 1)]),
        (f'a fox --sref "{A} {B}" in snow', 'a fox in snow', [(STYLE, A, 1), (STYLE, B, 1)]),
        (f"a fox --sref {A} {B} in snow", "a fox in snow", [(STYLE, A, 1), (STYLE, B, 1)]),
        (f"a fox --sref {A}::2 {B} --cref {B}", "a fox --sref 2, 1 ", [(STYLE, A, 2), (STYLE, B, 1), (FIGURE, B, 1)]),
        (f"a fox --cref {A} --cw 0 {B}", "a fox --cw 0 ", [(FIGURE, A, 1), (IMAGE, B, 1)]),
        (f"{B} a fox --sref 3 {A}::0.5", "a fox --sref 3, 0.5 ", [(IMAGE, B, 1), (STYLE, A, 0.5)]),
        (f"HTTPS://CDN.DiscordApp.com:443{A[26:]} a fox", "a fox", [(IMAGE, A, 1)]),
        (f'a sign "{A}" in snow', f'a sign "{A}" in snow', []),
        (f"a fox --oref {A}", f"a fox --oref {A}", []),
        (f"a fox --edit {A} {B}", f"a fox --edit {A} {B}", []),
        ("a fox [free](https://evil.example)", "a fox [free](https://evil.example)", []),
        ("a fox", "a fox", []),
    ],
)  # fmt: skip
def test_links_leave_the_line(text: str, line: str, links: list[tuple[InputRole, str, float]]) -> None:
    found = take(text, {})
    assert (found.line, roles(found)) == (line, links)


def test_attached_pictures_come_first_in_the_weights() -> None:
    assert take(f"a fox --sref {A}::2", {STYLE: 1}).line == "a fox --sref 1, 2 "
    assert take(f"a fox --sref 3, {A}::2", {STYLE: 1}).line == "a fox --sref 3, 2 "


ATTACKS = [
    "http://cdn.discordapp.com/attachments/1/2/x.png",
    "https://cdn.discordapp.com.evil.com/attachments/1/2/x.png",
    "https://cdn.discordapp.com@evil.com/attachments/1/2/x.png",
    "https://user:pass@cdn.discordapp.com/attachments/1/2/x.png",
    "https://evil.com#cdn.discordapp.com/attachments/1/2/x.png",
    "https://evil.com/#https://cdn.discordapp.com/attachments/1/2/x.png",
    "https://evil.com?https://cdn.discordapp.com/attachments/1/2/x.png",
    "https://cdn.discordapp.com\\@evil.com/attachments/1/2/x.png",
    "https:\\\\cdn.discordapp.com://attachments/1/2/x.png",
    "https://cdn.discordapp.com:8443/attachments/1/2/x.png",
    "https://cdn.discordapp.com:443@evil.com/attachments/1/2/x.png",
    "https://cdn.discordapp.com./attachments/1/2/x.png",
    "https://xcdn.discordapp.com/attachments/1/2/x.png",
    "https://cdn.discord\u0430pp.com/attachments/1/2/x.png",
    "https://cdn.xn--discordpp-9ib.com/attachments/1/2/x.png",
    "https://cdn.discordapp\u3002com/attachments/1/2/x.png",
    "https://cdn.discordapp.com/attachments/1/2/../../../x.png",
    "https://cdn.discordapp.com/attachments/1/2/.x.png",
    "https://cdn.discordapp.com/attachments/1/2/x.png#evil",
    "https://cdn.discordapp.com/attachments/1/2/x.png?u=http://evil.com",
    "https://cdn.discordapp.com/attachments/\u0661/2/x.png",
    "https://cdn.discordapp.com/avatars/1/x.png",
    "https://cdn.discordapp.com//evil.com/attachments/1/2/x.png",
    "https://images-ext-1.discordapp.net/external/x/https/evil.com/x.png",
    "https://discord.com/channels/1/2/3",
    "cdn.discordapp.com/attachments/1/2/x.png",
    "http://127.0.0.1/x.png",
    "http://2130706433/x.png",
    "http://0x7f000001/x.png",
    "http://[::1]/x.png",
    "http://169.254.169.254/latest/meta-data",
    "http://localhost:8188/x.png",
    "http://127.0.0.1.nip.io/x.png",
    "file:///etc/passwd",
    "ftp://cdn.discordapp.com/attachments/1/2/x.png",
    "data://cdn.discordapp.com/attachments/1/2/x.png",
    "gopher://localhost:6379/_x",
]


@pytest.mark.parametrize("link", ATTACKS)
@pytest.mark.parametrize("line", ["{} a fox", "a fox --sref {}", "a fox --cref <{}>::2", "a fox, {}"])
def test_no_other_address_is_fetched(link: str, line: str) -> None:
    with pytest.raises(Refusal) as error:
        take(line.format(link), {})
    assert error.value.id == "error-link-elsewhere"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"a fox --no text {A}", "error-link-flag"),
        (f"a fox --mask {A}", "error-link-flag"),
        (f"a fox --steps {A}", "error-link-flag"),
        (f"{{{A}, {B}}} a fox", "error-link-braces"),
        (f"{A}::-1 a fox", "error-link-weight"),
        (f"{A}::11 a fox", "error-link-weight"),
        (f"{A}::1.2.3 a fox", "error-link-weight"),
    ],
)
def test_what_links_cannot_do(text: str, sentence: str) -> None:
    with pytest.raises(Refusal) as error:
        take(text, {})
    assert error.value.id == sentence


def test_a_corrected_line_has_its_links_again() -> None:
    found = take(f"{A}::2 a fox --sref {B}::3 {A} --cref {B}", {})

    def read(text: str) -> object:
        return parse(text, models=(), styles=())

    again = found.restored(r"a fox \{x, y\} --steps 20 --sref 3, 1", read)  # type: ignore[arg-type]
    assert again == rf"{A}::2 a fox \{{x, y}} --steps 20 --sref {B}::3 {A} --cref {B}"
    assert roles(take(again, {})) == roles(found)


@pytest.mark.parametrize("text", [f"{A} " * 60, "https://" * 750, "::" * 3000, "<" * 6000, f"--sref {A} " * 50])
def test_long_lines_take_no_time(text: str) -> None:
    started = time.perf_counter()
    with contextlib.suppress(Refusal):
        take(text, {})
    assert time.perf_counter() - started < 0.5
