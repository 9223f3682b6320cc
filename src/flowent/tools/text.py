"""Small rules for text that models and people read: one line, cut with a note, names that cannot confuse."""

import json


def clean(text: str) -> str:
    """Replace what neither UTF-8 nor every database can hold: lone surrogates and NUL."""
    if "\0" in text:
        text = text.replace("\0", "\N{SYMBOL FOR NULL}")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def display_name(name: str) -> str:
    """Give a file's name for reading: as it is, or quoted with escapes where it holds unprintable characters."""
    if name.isprintable():
        return name
    return json.dumps(name)


def one_line(text: str, length: int = 120) -> str:
    """Give text as a title: white space collapsed, unprintable characters left out, cut to so many characters."""
    line = "".join(character for character in " ".join(text.split()) if character.isprintable())
    return line if len(line) <= length else line[: length - 1] + "…"


def cut_middle(text: str, limit: int) -> tuple[str, bool]:
    """Keep the head and the tail of a text that is longer than ``limit`` bytes of UTF-8, with a note between.

    Characters are never split; the note says how many bytes are left out. Gives the text and whether it was cut.
    """
    encoded = text.encode()
    if len(encoded) <= limit:
        return text, False
    keep = max(limit - 100, 0)
    head = encoded[: keep // 2].decode("utf-8", "ignore")
    tail = encoded[len(encoded) - (keep - keep // 2) :].decode("utf-8", "ignore") if keep else ""
    left_out = len(encoded) - len(head.encode()) - len(tail.encode())
    return f"{head}\n[… {left_out:,} of {len(encoded):,} bytes left out here …]\n{tail}", True


def size_text(size: int) -> str:
    """Give a size in bytes for reading: ``120 B``, ``1.2 KB``, ``5.0 GB`` (a KB is 1,024 bytes)."""
    if size < 1024:
        return f"{size} B"
    value = float(size)
    for unit in ("KB", "MB", "GB"):
        value /= 1024
        if value < 1024:
            return f"{value:.1f} {unit}"
    return f"{value / 1024:.1f} TB"


def plural(count: int, noun: str) -> str:
    """Give a count with its noun: ``1 line``, ``2,000 lines``, ``3 entries``."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"
