"""What can be set of the models: a section each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

__all__ = [
    "Device",
    "EmbedderSettings",
    "EndpointSection",
    "GeneratorSettings",
    "Precision",
    "ReaderSettings",
    "RerankerSettings",
    "Section",
]

Device = Literal["auto", "cpu", "cuda", "mps"]
Runtime = Literal["auto", "openvino", "torch"]
Precision = Literal["auto", "float32", "bfloat16", "float16"]
_PROVIDER: Final = re.compile(r"(?!packaged$)[a-z][a-z_0-9]+")
"""A LangChain provider before a colon; a lone letter there is a drive of Windows."""
_SECRET: Final = re.compile(r"(?i)(?:key|token|secret|password)[^=&]{0,99}=")


class Section(BaseModel):
    """A part of the settings: unknown names are refused, and what is set stays."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=(), hide_input_in_errors=True)


class EndpointSection(Section):
    """A model that may stand behind an endpoint; `section` is what its part of the settings is called."""

    section: ClassVar[str]

    base_url: str | None = Field(
        None, description="Address of the endpoint, such as http://127.0.0.1:8000/v1."
    )
    api_key: SecretStr | None = Field(
        None, description="Key of the endpoint; give it in the environment (…__API_KEY), never in a file."
    )
    timeout_seconds: float = Field(120.0, gt=0.0, description="How long an endpoint may take.")
    retries: int = Field(2, ge=0, description="How often a request that failed is sent again.")

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, address: str | None) -> str | None:
        if address is None:
            return None
        parts = urlsplit(address.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("an address begins with http:// or https:// and a host")
        if parts.username or parts.password or _SECRET.search(parts.query):
            raise ValueError(f"an address holds no key: give it as CITEWELL_{cls.section.upper()}__API_KEY")
        return address.strip()

    @field_validator("api_key", mode="before")
    @classmethod
    def _stripped(cls, key: Any) -> Any:
        """A key read from a file brings a line break that no header takes."""
        return key.strip() if isinstance(key, str) else key


class EmbedderSettings(EndpointSection):
    """The model that turns text into vectors."""

    section = "embedder"

    provider: Literal["local", "openai"] = Field(
        "local",
        description="`local`, or `openai`: an endpoint with OpenAI's `/embeddings` at `embedder.base_url`.",
    )
    model: str = Field(
        "packaged:all-MiniLM-L6-v2",
        description="`packaged:NAME`, a folder, or a hub name (downloads only when `offline` is false); the "
        "endpoint's name for it.",
    )
    runtime: Runtime = Field(
        "auto",
        description="OpenVINO on a CPU for models that it can run (BERT, RoBERTa), else torch, when `auto`.",
    )
    device: Device = Field("auto", description="CUDA, then MPS, then CPU when `auto`.")
    dtype: Precision = Field("auto", description="bfloat16 where the device does it well, else float32.")
    batch_size: int = Field(32, ge=1, description="Texts per forward pass of torch, or per request.")
    max_tokens: int | None = Field(
        None, ge=8, description="Input limit; the model's own when unset, 512 at an endpoint."
    )
    query_prefix: str | None = Field(None, description="Put before questions; the model's own when unset.")
    passage_prefix: str | None = Field(None, description="Put before passages; the model's own when unset.")
    threads: int | None = Field(None, ge=1, description="CPU threads; as many as there are cores when unset.")


class RerankerSettings(EndpointSection):
    """A model that scores question and passage together."""

    section = "reranker"

    provider: Literal["local", "endpoint"] = Field(
        "local",
        description="`local`, or `endpoint`: a server with `/rerank` at `reranker.base_url` (TEI, Infinity, "
        "vLLM, llama.cpp, Jina, Cohere).",
    )
    model: str | None = Field(
        None,
        description="Cross-encoder by folder or hub name, or the endpoint's name for it; none when unset.",
    )
    device: Device = "auto"
    dtype: Precision = "auto"
    batch_size: int = Field(16, ge=1, description="Passages per forward pass, or per request.")
    candidates: int = Field(50, ge=1, description="How many fused passages are reranked.")


class ReaderSettings(Section):
    """The small model that reads question and passage together: is the answer there, and where."""

    model: str = Field(
        "packaged",
        description="`packaged` for the one that ships, a folder of the same form, or `none`.",
    )
    threads: int = Field(2, ge=1, le=16, description="CPU threads.")


class GeneratorSettings(EndpointSection):
    """The language model: it scores evidence, and phrases answers where it is able to."""

    section = "generator"

    provider: str = Field(
        "local",
        description="`local` (transformers), `llama_cpp` (GGUF on a CPU), `none`, or a LangChain provider; "
        "`openai`: any such endpoint.",
    )
    model: str = Field(
        "packaged:SmolLM2-135M-Instruct",
        description="`packaged:NAME`, a folder, a name, or `provider:model` of a LangChain provider.",
    )
    folder: Path | None = Field(
        None,
        description="Folder of GGUF files: `citewell models` lists them, `citewell models get` puts them "
        "there; `~/.local/share/citewell/models` when unset.",
    )
    writes: bool = Field(
        False,
        description="Whether the model is able to phrase answers. If not, answers are quotes.",
    )
    device: Device = "auto"
    dtype: Precision = "auto"
    quantization: Literal["none", "8bit", "4bit"] = Field(
        "none", description="Weights in 8 or 4 bits on an NVIDIA GPU (`pip install bitsandbytes`)."
    )
    threads: int | None = Field(
        None,
        ge=1,
        description="CPU threads of llama.cpp; half the cores when unset: they spin.",
    )
    batch_size: int = Field(8, ge=1, description="Prompts written at once when there are many questions.")
    candidates: int = Field(
        1, ge=1, le=16, description="Drafts written for a question; the one that the evidence supports best."
    )
    idle_minutes: float | None = Field(
        None, gt=0.0, description="Give the memory of local weights back after so long without work."
    )
    max_new_tokens: int = Field(256, ge=1, description="Most tokens of a written answer.")
    temperature: float = Field(0.0, ge=0.0, description="0 is greedy: the same question, the same answer.")
    top_k: int = Field(50, ge=0, description="0 switches it off. No effect at temperature 0.")
    top_p: float = Field(1.0, gt=0.0, le=1.0)
    repetition_penalty: float = Field(1.0, gt=0.0)
    seed: int = Field(0, ge=0, lt=2**31, description="The same seed draws the same text.")
    context_tokens: int = Field(
        8_192,
        ge=256,
        description="The model's window; the prompt must fit in it. An endpoint is asked for it when unset.",
    )

    @model_validator(mode="before")
    @classmethod
    def _split_provider(cls, given: Any) -> Any:
        """`openai:gpt-4o` as LangChain writes it, where no other provider is named."""
        if not isinstance(given, dict) or not isinstance(given.get("model"), str):
            return given
        provider, colon, model = given["model"].partition(":")
        named = given.get("provider", "local")
        if not (colon and model and _PROVIDER.fullmatch(provider)) or named not in ("local", provider):
            return given
        return {**given, "provider": provider, "model": model}
