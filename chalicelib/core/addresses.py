"""Clean names and email addresses that people type or paste, and find what is wrong with them. Pure."""

from __future__ import annotations

import re
import unicodedata

from chalicelib.core.name_order import is_no_name, put_in_order, trim

MAX_TEXT_CHARS = 100
MAX_WORD_CHARS = 300  # longer words are rejected; normalising their accents would take too long
MAX_ADDRESS_CHARS = 254  # RFC 5321
MAX_LOCAL_PART_CHARS = 64

# pasted from web pages and email programs: zero-width space, soft hyphen, marks of writing direction, BOM, fillers of
# Korean keyboards, variation selectors
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0]"
)
_JOINERS = "\u200c\u200d"  # letters of Persian and Indic names need these, but not at either end
_LOCAL_PART = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3002: ".", 0xFF61: "."}
_SCHEME = re.compile(r"\b(?:mailto|smtp|sips?|xmpp):\s*")
_IN_ANGLES = re.compile(r"<([^<>]*@[^<>]*)>")
_IN_BRACKETS = re.compile(r"[(\[]([^<>()\[\]@]*@[^<>()\[\]@]*)[)\]]")
_ASIDE = re.compile(r"(?:^|(?<=\s))\([^()@]*\)|\([^()@]*\)$")  # as in "jo@x.org (work)"
_BESIDE_ADDRESS = " \t,;:'\"“”„‘’‚«»‹›|<>()[]{}*`!?/="
_BEFORE_ADDRESS = f"{_BESIDE_ADDRESS}-–—•·#+~"  # bullets without a blank: no one's address begins with them
_AFTER_ADDRESS = f"{_BESIDE_ADDRESS}.…\\"
_ENCODED_BLANK = "%20"  # in an address copied out of a link
_ENCODED_IN_TWO_WAYS = re.compile("[ßς\u200c\u200d]")  # old and new systems send these to different domains
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")


# RFC 2047: how email programs write a name that has more than ASCII letters
_ENCODED_WORD = re.compile(r"=\?[A-Za-z0-9_-]{1,40}\?[BbQq]\?[!->@-~]{0,400}\?=")
_BETWEEN_ENCODED_WORDS = re.compile(r"\?= =\?")
# What email programs turn into a link: "x.com", but not "J.Smith".
_WEB_ADDRESS = re.compile(
    r"://|@|\bwww\d{0,3}\.|\bmailto:|\bxn--"
    r"|[\w-][^\W_]\.[^\W\d_]{2}"
    r"|[^\W_]\.(?:app|biz|cc|click|club|co|com|de|dev|edu|eu|fr|gov|info|io|link|live|me|net|online|org|shop|site|store"
    r"|top|tv|uk|us|xyz)\b"
    r"|\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b",
    re.IGNORECASE,
)
_AS_BROWSERS_READ = {0x3002: ".", 0x200C: None, 0x200D: None}  # the ideographic full stop, and joiners
HOLDS_ADDRESS = "contains a web or email address: leave it out. If it is not one, put a space after the full stop"
_ODD_SIGN = re.compile(r"[^!-~]")
_LOST_SIGN = "\ufffd"  # what programs write for a letter that they could not read
SPOILT = "contains letters that a program has spoilt: type them again, or save the file as CSV UTF-8"
NO_NAME = "is not a person’s name: type their first name and surname"
NOT_DECODED = "contains a code that we cannot read: type it as people read it"


def clean_text(cell: str) -> str:
    """Remove invisible characters, and turn each run of blanks and line breaks into one space."""
    visible = _INVISIBLE.sub("", " ".join(map(_normalized, cell.split())))
    return " ".join(visible.split()).strip(_JOINERS + " ")


def _normalized(word: str) -> str:
    return word if word.isascii() or len(word) > MAX_WORD_CHARS else unicodedata.normalize("NFC", word)


def clean_name(cell: str) -> str:
    """Clean a person's name: `Doe, John` is John Doe, and encoded words (`=?utf-8?q?Doe=2C_John?=`) are decoded."""
    bare = clean_text(cell)
    if not _ENCODED_WORD.search(bare):
        return put_in_order(trim(bare))
    joined = _BETWEEN_ENCODED_WORDS.sub("?==?", bare)  # RFC 2047, 6.2: the blank between two of them is not text
    return put_in_order(trim(clean_text(_ENCODED_WORD.sub(lambda match: _decode_word(match[0]), joined))))


def _decode_word(word: str) -> str:
    """Decode one encoded word. Return it unchanged if its character set is unknown or its bytes do not fit."""
    from email.errors import MessageError
    from email.header import decode_header, make_header  # one list of a hundred has such words

    try:
        return str(make_header(decode_header(word)))
    except (LookupError, ValueError, MessageError):
        return word


def fold_width(text: str) -> str:
    """Turn the wide signs of East Asian keyboards into those of an address: `jo＠ｘ．org` into `jo@x.org`."""
    return text.translate(_WIDE)


def clean_address(cell: str) -> str:
    """Return the address in a cell such as `Jo Ward <mailto:Jo@x.org>;`, in lower case. Repair what has one meaning."""
    text = _SCHEME.sub("", fold_width(clean_text(cell)).lower())
    bracketed = _IN_ANGLES.search(text) or (_IN_BRACKETS.search(text) if text.count("@") == 1 else None)
    bare = (bracketed[1] if bracketed else _ASIDE.sub("", text)).replace(_ENCODED_BLANK, " ")
    bare = bare.lstrip(_BEFORE_ADDRESS).rstrip(_AFTER_ADDRESS)
    local_part, at, domain = bare.partition("@")
    return f"{local_part.rstrip()}{at}{_encode_domain(_without_query(domain.lstrip()))}"


def _without_query(domain: str) -> str:
    """Leave out the rest of a link: `x.org?subject=Raters` is x.org."""
    host, _, query = domain.partition("?")
    return host if "=" in query and " " not in query else domain


def _encode_domain(domain: str) -> str:
    """Write a domain such as bücher.example as mail systems do, so that it has one spelling here."""
    if domain.isascii() or len(domain) > MAX_ADDRESS_CHARS or _ENCODED_IN_TWO_WAYS.search(domain):
        return domain
    if not all(sign in ".-" or unicodedata.category(sign)[0] in "LMN" for sign in domain):
        return domain  # a sign that was copied along would become a part of another domain
    if any(_mixes_alphabets(label) for label in domain.split(".")):
        return domain  # a letter that only looks like the one of the domain
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain


def _mixes_alphabets(label: str) -> bool:
    """Return whether a part of a domain has letters of two alphabets that share shapes. No one may register that."""
    alphabets = {unicodedata.name(sign, "").partition(" ")[0] for sign in label if sign.isalpha()}
    return len(alphabets & {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN"}) > 1


def check_text(text: str) -> str | None:
    """Return what is wrong with a cleaned name, job title or service, or None."""
    if not text:
        return "is missing"
    if len(text) > MAX_TEXT_CHARS:
        return f"has {len(text)} characters; allowed: at most {MAX_TEXT_CHARS}"
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text):
        return "contains a control character"
    if _ENCODED_WORD.search(text):
        return NOT_DECODED
    if _LOST_SIGN in text or _is_read_by_a_wrong_code(text):
        return SPOILT
    return HOLDS_ADDRESS if holds_web_address(text) else None


def check_name(name: str) -> str | None:
    """Return what is wrong with a person's cleaned name, or None."""
    return check_text(name) or (NO_NAME if is_no_name(name) else None)


def _is_read_by_a_wrong_code(text: str) -> bool:
    """Return whether letters such as Ã¼ are UTF-8 that a program read as the code of western Europe."""
    if text.isascii():
        return False
    try:
        return text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return False


def _sign_name(sign: str) -> str:
    return unicodedata.name(sign, f"control character U+{ord(sign):04X}").lower()


def holds_web_address(text: str) -> bool:
    """Return whether an email program would turn a part of the text into a link."""
    plain = unicodedata.normalize("NFKC", text).translate(_AS_BROWSERS_READ)
    return _WEB_ADDRESS.search(plain) is not None


def link_fault(text: str) -> str:
    """Say why a text cannot go into an email to others, after its name as in "The reason ..."; empty if it can.

    Our emails carry no links that a person typed, so that no one advertises or deceives in our name.
    """
    return HOLDS_ADDRESS if holds_web_address(text) else ""


def check_address(address: str) -> str | None:
    """Return what is wrong with a cleaned email address, or None.

    Accept what mail systems take, not all of RFC 5322.
    """
    if not address:
        return "is missing"
    if len(address) > MAX_ADDRESS_CHARS:
        return f"has {len(address)} characters; allowed: at most {MAX_ADDRESS_CHARS}"
    local_part, _, domain = address.partition("@")
    if address.count("@") != 1 or " " in address:
        return "is not one email address such as name@example.org"
    if odd := _ODD_SIGN.search(address):
        return f"is not an email address: character {odd.start() + 1} is a {_sign_name(odd[0])}. Type it again"
    if not _LOCAL_PART.fullmatch(local_part) or len(local_part) > MAX_LOCAL_PART_CHARS:
        return "is not an email address: the part before @ has a character or length that mail systems reject"
    if not _DOMAIN.fullmatch(domain):
        return "is not an email address: after @ there must be a domain such as example.org"
    return None
