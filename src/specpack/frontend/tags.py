"""What a heading's last word in parentheses may be: a tag that nobody knows, or an acronym of the title.

Path: headings -> **tags** -> clauses, checks.
"""

import re
from collections.abc import Collection
from difflib import SequenceMatcher

_WORD = re.compile(r"(?<![\])])[(\[]([A-Z][A-Z'-]*[A-Z])[)\]][ \t:]*\Z")
_MODAL = re.compile(
    r"(?<![\])])[(\[]((?:(?i:must|shall|should|ought|locked)|may)(?:[ \t]+(?i:not|never|to))?)[)\]][ \t:]*\Z"
)
_CAPITALS = re.compile(r"(?<![\w(\[-])[A-Z][A-Z'-]*[A-Z](?!\w)|(?<=[(\[])[A-Z][A-Z'-]*[A-Z](?![\w)\]])")
_LEAST_LIKE = 0.6
_LONGEST_ACRONYM = 6
_STRENGTHS = (
    ("MUST NOT", ("FORBID", "PROHIBIT", "NEVER", "CANNOT", "BANNED", "MUSTN")),
    ("SHOULD NOT", ("DISCOURAG", "DEPRECAT", "AVOID", "SHOULDN", "OUGHT NOT")),
    ("NON-GOALS", ("WON'T", "WONT", "EXCLUDED")),
    ("LOCKED", ("FROZEN", "FIXED", "CLOSED", "FINAL")),
    ("MUST", ("MANDAT", "OBLIGAT", "CRITICAL", "IMPORTANT", "STRICT", "NEED", "HAVE TO", "ALWAYS", "ESSENTIAL")),
    ("RECOMMENDED", ("PREFER", "ADVIS", "SUGGEST", "ENCOURAG")),
    ("SHOULD", ("OUGHT", "EXPECT", "DESIR")),
    ("MAY", ("ALLOW", "PERMIT", "CAN", "MIGHT", "COULD", "NICE TO HAVE")),
    ("INFORMATIVE", ("INFO", "COMMENT", "DRAFT", "TODO", "TBD", "WIP")),
)
_ACRONYMS = frozenset(
    [
        *("ABNF", "ACID", "API", "ASCII", "AWS", "CD", "CI", "CLI", "CORS", "CPU", "CRUD", "CSP", "CSRF", "CSS", "CSV"),
        *("DB", "DNS", "DOM", "EBNF", "EU", "FAQ", "FTP", "GCP", "GDPR", "GMT", "GPU", "GRPC", "GUI", "HMAC", "HTML"),
        *("HTTP", "HTTPS", "ID", "IDE", "IDS", "IO", "IP", "ISO", "JPEG", "JSON", "JWT", "KPI", "LAN", "LTS", "MFA"),
        *("MVP", "NFC", "OAUTH", "OIDC", "OS", "PDF", "PII", "PNG", "POSIX", "QA", "RAM", "REST", "RFC", "RPC", "SAML"),
        *("SDK", "SFTP", "SHA", "SLA", "SLO", "SMTP", "SQL", "SSH", "SSL", "SSO", "SVG", "TCP", "TLS", "TOML", "TSV"),
        *(
            "TTL",
            "TTY",
            "UDP",
            "UI",
            "ULID",
            "URI",
            "URL",
            "US",
            "USB",
            "UTC",
            "UTF",
            "UUID",
            "UX",
            "VAT",
            "VPN",
            "XML",
        ),
        *("XSS", "YAML", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"),
    ]
)


def find_suspect(title: str) -> str:
    """Return the word in parentheses or brackets that ends a title as a tag would; empty where none does."""
    match = _WORD.search(title) or _MODAL.search(title)
    return match[1] if match else ""


def find_capitals(text: str) -> set[str]:
    """Return the words in capitals that a text uses other than alone in parentheses."""
    return set(_CAPITALS.findall(text))


def is_acronym(word: str, title: str, used: Collection[str]) -> bool:
    """Whether a suspect word is no tag: used elsewhere, known everywhere, or the initials of its title."""
    if not word.isupper():
        return False
    if word in used or word in _ACRONYMS:
        return True
    words = re.findall(r"[a-z0-9]+", title[: title.rfind(word)].lower())
    return len(words) > 1 and len(word) <= _LONGEST_ACRONYM and _follows(word.lower(), words)


def suggest_tag(tag: str, known: Collection[str]) -> str:
    """Return the tag that an unknown one stands for: by its strength, else by its letters; empty where none is near."""
    word = " ".join(tag.upper().split())
    if word in known:
        return word
    likeness, near = max((SequenceMatcher(None, word, name).ratio(), name) for name in sorted(known))
    if likeness < 0.85:
        for name, starts in _STRENGTHS:
            if word.startswith(starts):
                return name
    return near if likeness >= _LEAST_LIKE else ""


def _follows(letters: str, words: list[str]) -> bool:
    """Whether letters are made of the words in order, each letter the first of a word or behind one in the same."""
    place = 0
    for word in words:
        if place < len(letters) and word[0] == letters[place]:
            at = 0
            while place < len(letters) and (at := word.find(letters[place], at)) >= 0:
                place, at = place + 1, at + 1
    return place == len(letters)
