"""Write, end the service by SIGTERM, start it on the same data, read back.

Path: run -> **realworld_probe** -> outcomes.
"""

from pathlib import Path

from benchmarks.external.judges.realworld_service import Service, ask, pick

USER = {"username": "restart-probe", "email": "restart@probe.example", "password": "probe-password-1"}
ARTICLE = {"title": "Kept over a restart", "description": "probe", "body": "words to keep", "tagList": ["keptag"]}


def probe_restart(data: Path) -> dict[str, str]:
    """Return the outcome of each check, empty where it passes."""
    service = Service(data)
    token = pick(ask("POST", "/users", {"user": USER}), "user", "token") or ""
    article = pick(ask("POST", "/articles", {"article": ARTICLE}, token), "article")
    slug = pick(article, "slug")
    ask("POST", f"/articles/{slug}/comments", {"comment": {"body": "kept comment"}}, token)
    ask("POST", f"/articles/{slug}/favorite", None, token)
    ended = service.stop()
    service = Service(data)
    login = {"user": {"email": USER["email"], "password": USER["password"]}}
    again = pick(ask("GET", f"/articles/{slug}"), "article")
    told = {
        "ends by SIGTERM": ended,
        "login": pick(ask("POST", "/users/login", login), "user", "username") == USER["username"],
        "token": bool(token) and pick(ask("GET", "/user", None, token), "user", "email") == USER["email"],
        "article": bool(slug)
        and all(pick(again, key) == pick(article, key) for key in ("title", "body", "slug", "tagList", "createdAt")),
        "comment": pick(ask("GET", f"/articles/{slug}/comments"), "comments", 0, "body") == "kept comment",
        "favorite": pick(again, "favoritesCount") == 1,
        "tag": "keptag" in (pick(ask("GET", "/tags"), "tags") or []),
    }
    service.stop()
    return {f"restart: {name}": "" if good else "not as before the restart" for name, good in told.items()}
