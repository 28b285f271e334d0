"""Runs the collection against the judged service, then the restart probe.

Path: sandbox -> **realworld_run** -> results. Arguments: the commands `node` and `newman`.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from benchmarks.external.judges.realworld_probe import probe_restart
from benchmarks.external.judges.realworld_service import API, Service

REPORT = Path("newman.json")
SETTINGS = {"APIURL": API, "USERNAME": "judge", "EMAIL": "judge@mail.example", "PASSWORD": "judge-password-1"}


def run_collection(node: str, newman: str) -> dict[str, str]:
    """Return the outcome of each assertion, empty where it passes."""
    service = Service(Path("data"))
    command = [node, newman, "run", "collection.json", "--reporters", "json", "--reporter-json-export", str(REPORT)]
    command += ["--timeout-request", "5000", "--delay-request", "100"]
    for name, value in SETTINGS.items():
        command += ["--global-var", f"{name}={value}"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    service.stop()
    if not REPORT.is_file():
        sys.exit(f"newman ended with {told.returncode}: {(told.stderr or told.stdout)[-1500:]}")
    outcomes: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for index, execution in enumerate(json.loads(REPORT.read_text(encoding="utf-8"))["run"]["executions"], 1):
        for assertion in execution.get("assertions") or ():
            name = f"{index:02} {execution['item']['name']}: {assertion['assertion']}"
            seen[name] += 1
            error = assertion.get("error")
            outcomes[f"{name} #{seen[name]}"] = error.get("message") or "failed" if error else ""
    return outcomes


if __name__ == "__main__":
    outcomes = run_collection(sys.argv[1], sys.argv[2]) | probe_restart(Path("restart"))
    passed = [name for name, why in outcomes.items() if not why]
    failed = {name: why for name, why in outcomes.items() if why}
    Path("results.json").write_text(json.dumps({"passed": passed, "failed": failed}), encoding="utf-8")
    print(Path("service.log").read_text(encoding="utf-8", errors="replace")[-1500:])
