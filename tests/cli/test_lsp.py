"""`specpack lsp` as a process: what it needs, how it ends, and that no other command loads its library."""

import subprocess
import sys

HEADER = b"Content-Length: %d\r\n\r\n"


def run(code: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=False, timeout=60)


def frame(*messages: bytes) -> bytes:
    return b"".join(HEADER % len(message) + message for message in messages)


def test_without_the_library_it_says_what_to_install() -> None:
    hidden = "import sys; sys.modules.update(pygls=None, lsprotocol=None)"
    done = run(f"{hidden}; from specpack.cli.main import main; sys.exit(main(['lsp']))")
    assert done.returncode == 3
    assert done.stderr.decode().splitlines() == [
        "specpack: the language server needs `pygls`, which is not installed",
        "  help: `pip install 'specpack[lsp]'`",
    ]


def test_an_editor_that_leaves_without_a_word_is_a_failure() -> None:
    start = "import sys; from specpack.cli.main import main; sys.exit(main(['lsp', '--stdio']))"
    hello = b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}'
    farewell = b'{"jsonrpc":"2.0","id":2,"method":"shutdown"}'
    leave = b'{"jsonrpc":"2.0","method":"exit"}'
    assert run(start, frame(hello, leave)).returncode == 1
    polite = run(start, frame(hello, farewell, leave))
    assert polite.returncode == 0, polite.stderr
    assert polite.stdout.startswith(b"Content-Length: ")


def test_other_commands_load_no_library_of_the_protocol() -> None:
    code = (
        "import sys; from specpack.cli.main import main, make_parser; make_parser().format_help(); "
        "main(['check', 'examples/ulid']); print(sorted({'pygls', 'lsprotocol', 'attrs'} & sys.modules.keys()))"
    )
    assert run(code).stdout.splitlines()[-1] == b"[]"
