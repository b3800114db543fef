"""Lets output be printed whatever its encoding: characters that it lacks are spelled with those that it has."""

import codecs
import io
import sys
import unicodedata

SPELLINGS = {
    "×": "x", "·": "*", "−": "-", "–": "-", "—": "-", "…": "...", "→": "->", "≥": ">=", "≤": "<=", "≈": "~", "±": "+-",
    "√": "sqrt", "∞": "inf", "‖": "||", "∂": "d", "λ": "lambda", "μ": "mu", "σ": "sigma", "▢": "[]", "★": "*",
    "“": '"', "”": '"', "‘": "'", "’": "'", "•": "*", "▼": "v",
}  # fmt: skip
NAME = "hdd.plain"


def _spell(error: UnicodeError) -> tuple[str, int]:
    """Spells the characters that cannot be encoded; what has no spelling becomes an escape such as \\u4e2d."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    spelled: list[str] = []
    for character in error.object[error.start : error.end]:
        plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
        spelled.append(SPELLINGS.get(character) or plain or character.encode("ascii", "backslashreplace").decode())
    return "".join(spelled), error.end


def spell_what_cannot_be_encoded() -> None:
    """Has standard output and standard error do so from now on."""
    codecs.register_error(NAME, _spell)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=NAME)
