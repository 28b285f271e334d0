"""RealWorld, a REST API with storage and login: its pages and OpenAPI document, judged by its Postman collection.

Path: `--source` folder -> **realworld** -> pack, judge.

The collection (MIT) is run by npm `newman`; each assertion is a suite case. A probe of ours adds seven: it writes, ends
the service by SIGTERM, starts it on the same data and reads back. Nothing of the collection is shown to a build.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from benchmarks.external.case import (
    RESULTS,
    Case,
    Place,
    Result,
    place_below,
    read_brief,
    read_judge,
)
from benchmarks.external.fetch import find_command, install_npm
from benchmarks.external.outcome import read_result

from specpack.model.failure import WrongUse
from specpack.model.target import Sandbox
from specpack.targets.python.environment import find_python, find_toolchain

NEWMAN = "newman@6.2.2"
COLLECTION = "Conduit.postman_collection.json"
PAGES = ("endpoints.md", "api-response-format.md", "error-handling.md", "cors.md", "openapi.yml")
ASSERTIONS = 311
PROBES = 7
_ADDRESS_SPACE = 64 << 30
_JUDGES = "benchmarks/external/judges"
_SCRIPTS = ("realworld_run", "realworld_probe", "realworld_service")
_RUN = "benchmarks.external.judges.realworld_run"

FLOOR = '''"""Answers every request with an empty object."""

import os
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = do_PUT = do_DELETE = answer


HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
'''


def prepare(place: Place, source: Path | None) -> Mapping[str, str]:
    """Install newman; keep the collection as the suite; return the pages. Raises `Unavailable` without node or npm."""
    if source is None or not (source / COLLECTION).is_file():
        raise WrongUse(f"`--source` names no folder with `{COLLECTION}`")
    find_command("node")
    install_npm(NEWMAN, place.download)
    shutil.rmtree(place.suite, ignore_errors=True)
    place.suite.mkdir(parents=True)
    shutil.copyfile(source / COLLECTION, place.suite / COLLECTION)
    return {f"behaviour/{name}": (source / name).read_text(encoding="utf-8") for name in PAGES}


def score(place: Place, tree: Mapping[str, bytes], environment: Path, sandbox: Sandbox) -> Result:
    """Start the service beside newman and the probe, all in one sandbox."""
    modules = install_npm(NEWMAN, place.download)
    node = Path(find_command("node")).resolve()
    files = place_below("product", tree)
    files["collection.json"] = (place.suite / COLLECTION).read_bytes()
    files |= {f"{_JUDGES}/{name}.py": read_judge(name) for name in _SCRIPTS}
    told = sandbox.run(
        [str(find_python(environment)), "-m", _RUN, str(node), str(modules / "newman" / "bin" / "newman.js")],
        tree=files,
        read_only=[*find_toolchain(environment), modules, node.parent],
        harvest=[RESULTS],
        seconds=480.0,
        memory=_ADDRESS_SPACE,
    )
    return read_result(told)


CASE = Case(
    name="realworld",
    pack="conduit",
    licence="MIT",
    gold=ASSERTIONS + PROBES,
    needs_source=True,
    floor={"conduit/__init__.py": "", "conduit/__main__.py": FLOOR},
    prepare=prepare,
    score=score,
    brief=lambda: read_brief("realworld"),
)
