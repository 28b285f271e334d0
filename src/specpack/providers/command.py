"""Command: an installed coding assistant answers, run once for each request with a clean profile.

Path: request -> **command** -> `claude`, `codex` or `gemini`. A run has an empty folder, a scrubbed environment and a
process group of its own, which is gone when the answer is there, the patience is over or the build is stopped.
"""

import asyncio
import contextlib
import datetime
import json
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from specpack.middle.limiter import KEPT
from specpack.model.failure import Unavailable, WrongUse
from specpack.model.provider import ProviderKind, ProviderSettings, Retryable
from specpack.model.question import Reply, Request, Usage
from specpack.providers.assistant import Assistant, Call, Failed, Listener, make_failure
from specpack.providers.claude import CLAUDE as CLAUDE_PROGRAM
from specpack.providers.codex import CODEX as CODEX_PROGRAM
from specpack.providers.gemini import GEMINI as GEMINI_PROGRAM

DEFAULT = "default"
"""Stands in the lock for the model that the assistant chooses itself."""
GRACE_SECONDS = 10.0
"""How long a program may take to end after its last word, and its pipes to close after it was killed."""
CHUNK = 1 << 16

_MODEL = re.compile(r"[A-Za-z0-9][\w.:/@\[\]-]*")

_PASSED = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|XDG_CONFIG_HOME|SHELL"
    r"|(?i:https?_proxy|all_proxy|no_proxy)|SSL_CERT_FILE|SSL_CERT_DIR|NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA"
    r"|(?i:systemroot|systemdrive|appdata|localappdata|userprofile|comspec|pathext|windir)"
)
"""Variables that every program needs: where things are, the language, the way to the network."""


class CommandProvider:
    """One assistant with one model."""

    def __init__(self, assistant: Assistant, program: str, model: str, settings: ProviderSettings) -> None:
        """Take the program's path, and a model that is empty for the assistant's default."""
        self.name = f"{assistant.name}:{model or DEFAULT}"
        self._assistant = assistant
        self._program = program
        self._model = model
        self._settings = settings

    async def answer(self, request: Request) -> Reply:
        """Return what the assistant answers.

        Raises:
            Retryable: Throttled, overloaded, silent for too long, broken off, or empty.
            Refused: The model declined.
            Unavailable: Not logged in, unknown model, limit used up, or a program that does not do as expected.
        """
        with tempfile.TemporaryDirectory(prefix="specpack-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            for part in ("home", "work", "tmp"):
                (folder / part).mkdir()
            listener, status = self._assistant.listen(), 0
            try:
                call = self._assistant.prepare(request, self._model, folder / "home", self._settings)
                status = await self._run(call, folder, listener, request)
                heard = listener.conclude(status)
            except Failed as failed:
                raise make_failure(self._assistant, failed.trouble, self._model or DEFAULT, status) from None
        usage = heard.usage or Usage(input=request.tokens, output=self._settings.estimate(heard.text), estimated=True)
        day = datetime.datetime.now(datetime.UTC).date().isoformat()
        return Reply(text=heard.text, by=self.name, date=day, usage=usage, ending=heard.ending)

    async def _run(self, call: Call, folder: Path, listener: Listener, request: Request) -> int:
        """Run the program to its end, or until its answer is decided; return its exit status, negative for a signal."""
        variables = scrub_environment(self._assistant, self._settings.environment)
        try:
            process = await asyncio.create_subprocess_exec(
                self._program,
                *call.arguments,
                cwd=folder / "work",
                env={**variables, "TMPDIR": str(folder / "tmp"), "NO_COLOR": "1", **call.variables},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise Unavailable(
                f"`{self._assistant.name}` cannot be run: {error.strerror}",
                kept=KEPT,
                help=_render_install(self._assistant),
            ) from None
        assert process.stdin and process.stdout and process.stderr
        silence = self._settings.silence
        loop = asyncio.get_running_loop()
        limit = asyncio.timeout(silence)

        def beat() -> None:
            with contextlib.suppress(RuntimeError):
                limit.reschedule(loop.time() + silence)

        def hear(line: str, take: Callable[[str], bool]) -> None:
            before = listener.characters
            if take(line):
                beat()
            if listener.characters != before:
                self._settings.report(request, listener.characters)

        output = asyncio.create_task(
            _read_lines(process.stdout, partial(hear, take=partial(_take_event, listener)), lambda: listener.done)
        )
        pipes = [
            output,
            asyncio.create_task(_read_lines(process.stderr, partial(hear, take=listener.overhear))),
            asyncio.create_task(_feed(process.stdin, call.text)),
        ]
        try:
            async with limit:
                await asyncio.shield(output)
                if not listener.done:
                    await asyncio.wait_for(process.wait(), GRACE_SECONDS)
        except TimeoutError:
            if not output.done():
                raise Retryable(f"silent for {silence:.0f} s") from None
        finally:
            await _end(process, pipes)
        return process.returncode or 0


def scrub_environment(assistant: Assistant, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that reach an assistant: those that every program needs, and its own."""
    chosen = [_PASSED, assistant.variables]
    chosen += [pattern for switch, pattern in assistant.clouds.items() if environment.get(switch)]
    return {name: value for name, value in environment.items() if any(p.fullmatch(name) for p in chosen)}


def _take_event(listener: Listener, line: str) -> bool:
    """Hand an event on, a sign of life; what is no JSON object, such as a warning at the beginning, is passed over."""
    if not line.startswith("{"):
        return False
    with contextlib.suppress(ValueError, RecursionError, KeyError, TypeError, AttributeError):
        event = json.loads(line)
        listener.events += 1
        listener.hear(event)
    return True


async def _read_lines(
    stream: asyncio.StreamReader,
    take: Callable[[str], None],
    enough: Callable[[], bool] = lambda: False,
) -> None:
    """Read to the end, or until it is enough."""
    rest = b""
    while not enough() and (chunk := await stream.read(CHUNK)):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if not enough():
                take(line.decode("utf-8", "replace").rstrip("\r"))
    if rest and not enough():
        take(rest.decode("utf-8", "replace"))


async def _feed(stream: asyncio.StreamWriter, text: str) -> None:
    """Write the text and close; a program that does not read to the end is no failure here."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stream.write(text.encode())
        await stream.drain()
    stream.close()
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        await stream.wait_closed()


async def _end(process: asyncio.subprocess.Process, pipes: list[asyncio.Task[None]]) -> None:
    """Kill the process group, whatever is left of it, and wait until the program is gone."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.returncode is None:
        process.kill()
    await asyncio.wait(pipes, timeout=GRACE_SECONDS)
    for task in pipes:
        task.cancel()
    await asyncio.gather(*pipes, return_exceptions=True)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GRACE_SECONDS):
            while process.stdout and await process.stdout.read(CHUNK):
                pass
            await process.wait()


def _find_program(assistant: Assistant, environment: Mapping[str, str]) -> str | None:
    found = shutil.which(assistant.name, path=environment.get("PATH", os.defpath))
    return str(Path(found).absolute()) if found else None


def _render_install(assistant: Assistant) -> str:
    return f"install it with `npm install -g {assistant.package}`, or name another model"


def _open(assistant: Assistant, model: str, settings: ProviderSettings) -> CommandProvider:
    """Return the provider; the name of a default model is looked for where the assistant's user sets it."""
    named = model or settings.environment.get(assistant.model_variable, "") or assistant.default
    if named == DEFAULT:
        named = assistant.default
    if assistant.shifting.fullmatch(named):
        raise WrongUse(
            f"`{named}` stands for several models, among which `{assistant.name}` changes without saying so",
            help=f"name one model: `--model {assistant.name}:MODEL`",
        )
    if named and not _MODEL.fullmatch(named):
        raise WrongUse(f"`{named}` is no name of a model", help=f"write `--model {assistant.name}:MODEL`")
    program = _find_program(assistant, settings.environment)
    if program is None:
        raise Unavailable(
            f"the program `{assistant.name}` is not on the PATH", kept=KEPT, help=_render_install(assistant)
        )
    return CommandProvider(assistant, program, named, settings)


def _check(assistant: Assistant, environment: Mapping[str, str]) -> str:
    if _find_program(assistant, environment):
        return ""
    return f"the program `{assistant.name}` is not on the PATH; {_render_install(assistant)}"


def _describe(assistant: Assistant, vendor: str) -> ProviderKind:
    return ProviderKind(
        name=assistant.name,
        usage=f"{assistant.name}[:MODEL]",
        summary=f"the installed program `{assistant.name}` of {vendor}, with the login that it has",
        open=partial(_open, assistant),
        check=partial(_check, assistant),
    )


CLAUDE = _describe(CLAUDE_PROGRAM, "Anthropic")
CODEX = _describe(CODEX_PROGRAM, "OpenAI")
GEMINI = _describe(GEMINI_PROGRAM, "Google")
