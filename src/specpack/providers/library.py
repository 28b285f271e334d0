"""Models over the network: Anthropic, OpenAI, Google, and any server that speaks OpenAI's chat completions.

Path: request -> **library** -> reply. The one adapter over pydantic-ai, which is imported when the first request is
really asked, in a thread, and never by `--help`, `check` or a replay. It asks once; what a failure means is told by
`outcomes`, and retries are the limiter's.
"""

import asyncio
import dataclasses
import datetime
import json
from collections.abc import Set
from typing import TYPE_CHECKING, Any

from specpack.middle.limiter import KEPT
from specpack.model.failure import Failure, Unavailable, WrongUse
from specpack.model.provider import ProviderKind, ProviderSettings, Refused, Retryable
from specpack.model.question import Ending, Reply, Request, Usage
from specpack.providers import access
from specpack.providers.access import Access, check_access
from specpack.providers.outcomes import Asked, Sight, explain_failure, find_refused

if TYPE_CHECKING:
    import httpx2
    from pydantic_ai.messages import ModelResponse
    from pydantic_ai.models import Model

CONNECT_SECONDS = 15.0
NO_KEY = "none"
"""Sent to a server that needs no key, since its client wants one."""


def _make_kind(way: Access, summary: str) -> ProviderKind:
    def open_provider(model: str, settings: ProviderSettings) -> LibraryProvider:
        if not model:
            raise WrongUse(f"`{way.kind}` names no model", help=f"write `--model {way.kind}:MODEL`")
        if why := check_access(way, settings.environment):
            raise Unavailable(
                f"provider `{way.kind}` is not usable here: {why}", kept=KEPT, help="`specpack models` lists all"
            )
        return LibraryProvider(way, model, settings)

    return ProviderKind(
        name=way.kind,
        usage=f"{way.kind}:MODEL",
        summary=summary,
        open=open_provider,
        check=lambda environment: check_access(way, environment),
    )


class LibraryProvider:
    """One model, asked through its vendor's client; connections last as long as a request."""

    def __init__(self, way: Access, model: str, settings: ProviderSettings) -> None:
        """Take how to reach the model, its name and the settings of the build; nothing is imported or opened."""
        self.name = f"{way.kind}:{model}"
        self._way = way
        self._model = model
        self._settings = settings
        self._refused: Set[str] = frozenset() if way.seeded else frozenset({"seed"})
        """Optional parts of a request that the server does not take."""

    async def answer(self, request: Request) -> Reply:
        """Return the model's reply; once more without a part of the request that the server names as it refuses."""
        while True:
            sent = {"seed", "schema"} - self._refused if request.output_schema else {"seed"} - self._refused
            sight = Sight()
            try:
                return await self._ask(request, sent, sight)
            except (Failure, Retryable):
                raise
            except Exception as error:  # noqa: BLE001 - what a library raises may hold a key and must not pass
                refused = find_refused(error, sight, sent)
                failure = None if refused else explain_failure(error, sight, self._asked)
            if failure:
                raise failure
            self._refused |= refused

    @property
    def _asked(self) -> Asked:
        key = self._way.find_key(self._settings.environment)
        return Asked(name=self.name, key=key, endpoint=self._way.endpoint, silence=self._settings.silence)

    async def _ask(self, request: Request, sent: Set[str], sight: Sight) -> Reply:
        model, client = await asyncio.to_thread(self._open, sight)
        from pydantic_ai.direct import model_request_stream

        characters = 0
        async with client, model_request_stream(model, **self._render(request, sent, model)) as stream:
            async for event in stream:
                if event.event_kind == "part_start" and event.part.part_kind == "text":
                    characters += len(event.part.content)
                elif event.event_kind == "part_delta" and event.delta.part_delta_kind == "text":
                    characters += len(event.delta.content_delta)
                self._settings.report(request, characters)
        return self._decode(request, stream.get())

    def _open(self, sight: Sight) -> "tuple[Model[Any], httpx2.AsyncClient]":
        """Return the model and the HTTP client that belongs to it; runs in a thread, as imports take a second."""
        import httpx2
        import pydantic_ai.direct  # noqa: F401 - so that nothing is left to be imported while the event loop waits

        silence, variables = self._settings.silence, self._settings.environment
        timeout = httpx2.Timeout(silence, connect=min(CONNECT_SECONDS, silence), pool=None)

        async def limit(request: httpx2.Request) -> None:
            request.extensions = {**request.extensions, "timeout": timeout.as_dict()}

        client = httpx2.AsyncClient(timeout=timeout, event_hooks={"request": [limit], "response": [sight.see]})
        key = variables.get(self._way.find_key(variables), "").strip() or NO_KEY
        endpoint = variables.get(self._way.endpoint, "").strip() or self._way.standard
        return _open_model(self._way.kind, self._model, key, endpoint, client), client

    def _render(self, request: Request, sent: Set[str], model: "Model[Any]") -> dict[str, Any]:
        from pydantic_ai.messages import CachePoint, ModelRequest, SystemPromptPart, UserPromptPart
        from pydantic_ai.models import ModelRequestParameters
        from pydantic_ai.output import OutputObjectDefinition
        from pydantic_ai.settings import ModelSettings

        settings = ModelSettings(max_tokens=self._settings.output_limit, max_retries=0, framing_announcement="never")
        if "seed" in sent:
            settings["seed"] = int(request.digest[:8], 16) & 0x7FFFFFFF
        parameters = ModelRequestParameters(prompted_output_template=False)
        if "schema" in sent and model.profile.get("supports_json_schema_output"):
            form = OutputObjectDefinition(json_schema=json.loads(request.output_schema), name="reply", strict=True)
            parameters = dataclasses.replace(parameters, output_mode="native", output_object=form)
        shared, rest = request.text[: request.shared], request.text[request.shared :]
        marked = self._way.kind == "anthropic" and bool(shared)
        told = UserPromptPart(content=[shared, CachePoint(), *([rest] if rest else [])] if marked else request.text)
        return {
            "messages": [ModelRequest(parts=[SystemPromptPart(content=request.system), told])],
            "model_settings": settings,
            "model_request_parameters": parameters,
        }

    def _decode(self, request: Request, response: "ModelResponse") -> Reply:
        text = "".join(part.content for part in response.parts if part.part_kind == "text")
        if response.finish_reason == "content_filter":
            raise Refused(
                f"provider `{self.name}` declined to answer `{request.labels[0]}`",
                kept=KEPT,
                help="name another model, or say in the pack what the passage that it declined is for",
            )
        if not (response.provider_details or {}).get("finish_reason"):
            raise Retryable("the reply broke off")
        if response.finish_reason not in ("stop", "length"):
            raise Retryable("the reply ended for a reason of the server's own")
        ending = Ending.CUT if response.finish_reason == "length" else Ending.WHOLE
        if ending is Ending.WHOLE and not text.strip():
            raise Retryable("the reply is empty")
        date = datetime.datetime.now(datetime.UTC).date().isoformat()
        return Reply(text=text, by=self.name, date=date, usage=self._count(request, text, response), ending=ending)

    def _count(self, request: Request, text: str, response: "ModelResponse") -> Usage:
        usage = response.usage
        if not (usage.input_tokens or usage.output_tokens):
            return Usage(input=request.tokens, output=self._settings.estimate(text), estimated=True)
        try:
            cost = format(response.cost().total_price, "f")
        except (LookupError, ValueError):
            cost = ""
        return Usage(input=usage.input_tokens, output=usage.output_tokens, cached=usage.cache_read_tokens, cost=cost)


def _open_model(kind: str, name: str, key: str, endpoint: str, client: "httpx2.AsyncClient") -> "Model[Any]":
    if kind == "anthropic":
        from pydantic_ai.models.anthropic import AnthropicModel
        from pydantic_ai.providers.anthropic import AnthropicProvider

        return AnthropicModel(name, provider=AnthropicProvider(api_key=key, base_url=endpoint, http_client=client))
    if kind == "google":
        from pydantic_ai.models.google import GoogleModel
        from pydantic_ai.providers.google import GoogleProvider

        return GoogleModel(name, provider=GoogleProvider(api_key=key, base_url=endpoint, http_client=client))
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.profiles.openai import OpenAIModelProfile
    from pydantic_ai.providers.openai import OpenAIProvider
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    if kind == "openai":
        return OpenAIChatModel(name, provider=OpenAIProvider(api_key=key, base_url=endpoint, http_client=client))
    profile = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False, supports_json_schema_output=True)
    other = OpenAICompatibleProvider(kind, api_key=key, base_url=endpoint, http_client=client)
    return OpenAIChatModel(name, provider=other, profile=profile)


ANTHROPIC = _make_kind(access.ANTHROPIC, "Claude models of Anthropic; needs the variable `ANTHROPIC_API_KEY`")
OPENAI = _make_kind(access.OPENAI, "models of OpenAI; needs the variable `OPENAI_API_KEY`")
GOOGLE = _make_kind(access.GOOGLE, "Gemini models of Google; needs the variable `GEMINI_API_KEY` or `GOOGLE_API_KEY`")
COMPATIBLE = _make_kind(
    access.COMPATIBLE,
    "any server with OpenAI's chat completions, such as Ollama, llama.cpp, vLLM, OpenRouter; "
    "`SPECPACK_BASE_URL` names it, `SPECPACK_API_KEY` holds its key if it wants one",
)
