"""Gives each example to the judged command and compares the HTML byte for byte.

Path: sandbox -> **commonmark_examples** -> results.
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

SECONDS = 10.0


def check_example(example: dict[str, Any]) -> str:
    """Return why the command fails an example, empty where it passes."""
    command = [sys.executable, "-m", "commonmark"]
    given, wanted = example["markdown"].encode(), example["html"].encode()
    try:
        told = subprocess.run(command, input=given, capture_output=True, timeout=SECONDS, cwd="product", check=False)
    except subprocess.TimeoutExpired:
        return f"no answer in {SECONDS:g} s"
    if told.returncode:
        return f"ends with {told.returncode}: {told.stderr.decode(errors='replace')[-300:]}"
    return "" if told.stdout == wanted else f"expected {wanted!r}, got {told.stdout[:400]!r}"


if __name__ == "__main__":
    examples = json.loads(Path("examples.json").read_text(encoding="utf-8"))
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(check_example, examples))
    outcomes = {f"example {example['number']}": why for example, why in zip(examples, told, strict=True)}
    passed = [name for name, why in outcomes.items() if not why]
    failed = {name: why for name, why in outcomes.items() if why}
    Path("results.json").write_text(json.dumps({"passed": passed, "failed": failed}), encoding="utf-8")
