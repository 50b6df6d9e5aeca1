"""What can be set: one typed tree, a description on every field."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

__all__ = [
    "AnsweringSettings",
    "ChunkingSettings",
    "Device",
    "EmbedderSettings",
    "ExampleSettings",
    "GeneratorSettings",
    "IngestSettings",
    "Precision",
    "PromptSettings",
    "ReaderSettings",
    "RerankerSettings",
    "RetrievalSettings",
    "ServeSettings",
    "Settings",
    "UiSettings",
]

Device = Literal["auto", "cpu", "cuda", "mps"]
Runtime = Literal["auto", "openvino", "torch"]
Precision = Literal["auto", "float32", "bfloat16", "float16"]
_PROVIDER: Final = re.compile(r"(?!packaged$)[a-z][a-z_0-9]+")
"""A LangChain provider before a colon; a lone letter there is a drive of Windows."""
_SECRET: Final = re.compile(r"(?i)(?:key|token|secret|password)[^=&]{0,99}=")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=(), hide_input_in_errors=True)


class EmbedderSettings(_Section):
    """The model that turns text into vectors."""

    model: str = Field(
        "packaged:all-MiniLM-L6-v2",
        description="`packaged:NAME`, a folder, or a hub name (downloads only when `offline` is false).",
    )
    runtime: Runtime = Field(
        "auto",
        description="OpenVINO on a CPU for models that it can run (BERT, RoBERTa), else torch, when `auto`.",
    )
    device: Device = Field("auto", description="CUDA, then MPS, then CPU when `auto`.")
    dtype: Precision = Field("auto", description="bfloat16 where the device does it well, else float32.")
    batch_size: int = Field(32, ge=1, description="Texts per forward pass of torch.")
    max_tokens: int | None = Field(None, ge=8, description="Input limit; the model's own when unset.")
    query_prefix: str | None = Field(None, description="Put before questions; the model's own when unset.")
    passage_prefix: str | None = Field(None, description="Put before passages; the model's own when unset.")
    threads: int | None = Field(None, ge=1, description="CPU threads; as many as there are cores when unset.")


class RerankerSettings(_Section):
    """A model that scores question and passage together."""

    model: str | None = Field(None, description="Cross-encoder by folder or hub name; none when unset.")
    device: Device = "auto"
    dtype: Precision = "auto"
    batch_size: int = Field(16, ge=1)
    candidates: int = Field(50, ge=1, description="How many fused passages are reranked.")


class ReaderSettings(_Section):
    """The small model that reads question and passage together: is the answer there, and where."""

    model: str = Field(
        "packaged",
        description="`packaged` for the one that ships, a folder of the same form, or `none`.",
    )
    threads: int = Field(2, ge=1, le=16, description="CPU threads.")


class GeneratorSettings(_Section):
    """The language model: it scores evidence, and phrases answers where it is able to."""

    provider: str = Field(
        "local",
        description="`local` (transformers), `llama_cpp` (GGUF on a CPU), `none`, or a LangChain provider; "
        "`openai`: any such endpoint.",
    )
    model: str = Field(
        "packaged:SmolLM2-135M-Instruct",
        description="`packaged:NAME`, a folder, a name, or `provider:model` of a LangChain provider.",
    )
    base_url: str | None = Field(
        None, description="Address of an OpenAI-style endpoint, such as http://127.0.0.1:8000/v1."
    )
    api_key: SecretStr | None = Field(
        None, description="Key of the endpoint; give it as CITEWELL_GENERATOR__API_KEY, never in a file."
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
        1, ge=1, le=16, description="Drafts written for a question; the one that the evidence bears out best."
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
    context_tokens: int = Field(8_192, ge=256, description="The model's window; the prompt must fit in it.")
    timeout_seconds: float = Field(120.0, gt=0.0, description="How long an endpoint may take.")
    retries: int = Field(2, ge=0)

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

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, address: str | None) -> str | None:
        if address is None:
            return None
        parts = urlsplit(address.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("an address begins with http:// or https:// and a host")
        if parts.username or parts.password or _SECRET.search(parts.query):
            raise ValueError("an address holds no key: give it as CITEWELL_GENERATOR__API_KEY")
        return address.strip()

    @field_validator("api_key", mode="before")
    @classmethod
    def _stripped(cls, key: Any) -> Any:
        """A key read from a file brings a line break that no header takes."""
        return key.strip() if isinstance(key, str) else key


class IngestSettings(_Section):
    """How files are read."""

    max_file_megabytes: float = Field(100.0, gt=0.0, description="Larger files are refused.")
    workers: int | None = Field(None, ge=1, description="Parsing processes; the number of cores when unset.")
    file_seconds: float = Field(120.0, gt=0.0, description="A file that takes longer to parse is stopped.")
    page_seconds: float = Field(
        60.0, gt=0.0, description="Time for each page of a file that is read page by page, such as a scan."
    )
    worker_megabytes: float = Field(
        2_000.0, gt=0.0, description="Most memory of a parsing process; a file that needs more is refused."
    )
    keep_originals: bool = Field(
        True, description="Copy each file into the library, so that citations open its pages later."
    )
    follow_links: bool = Field(
        False,
        description="Read what symbolic links in a given folder lead to, also where that lies elsewhere.",
    )
    batch_chunks: int = Field(256, ge=1, description="Chunks embedded together, across files.")
    ocr: Literal["auto", "off"] = Field(
        "auto", description="Read pictures and scanned pages by OCR (`auto`: where there is no good text)."
    )
    ocr_pages: int = Field(
        500, ge=0, description="Most pages of one file that are read by OCR; the others are told."
    )


class ChunkingSettings(_Section):
    """How documents are cut."""

    max_tokens: int = Field(200, ge=16, description="Most tokens of the embedder in a chunk.")
    min_tokens: int = Field(40, ge=0, description="Smaller pieces are joined to a neighbour where they may.")
    context: bool = Field(True, description="Embed title and heading path in front of each chunk.")


class RetrievalSettings(_Section):
    """How passages are found."""

    top_k: int = Field(8, ge=1, description="Passages returned.")
    candidates: int = Field(100, ge=1, description="Hits taken from each leg before fusion.")
    fusion: Literal["adaptive", "reciprocal_rank"] = Field(
        "adaptive", description="`adaptive` trusts each leg by the question; `reciprocal_rank` both alike."
    )
    rrf_k: int = Field(60, ge=1, description="Constant of reciprocal rank fusion (Cormack et al. 2009).")
    legs: tuple[Literal["dense", "lexical"], ...] = Field(
        ("dense", "lexical"), description="Which legs search; one alone for comparison."
    )
    duplicate_likeness: float = Field(
        0.9,
        ge=0.0,
        le=1.0,
        description="Jaccard index of words from which a passage with the same numbers repeats a better one "
        "and comes after all others; 1 only for the very same words.",
    )
    novelty: float = Field(
        0.0,
        ge=0.0,
        lt=1.0,
        description="Weight of being unlike the passages before it (maximal marginal relevance); 0 is off.",
    )
    merge_neighbours: bool = Field(True, description="Join adjacent chunks of one document for answering.")


class ExampleSettings(_Section):
    """Which worked examples go into the prompt."""

    selector: str = Field(
        "hybrid_mmr",
        description="`hybrid_mmr`, `hybrid`, `mmr`, `embedding`, `jaccard` (needs no embedder), `entity`, "
        "`diversity`, `comparable_pairs`, `random` or `none`.",
    )
    k: int = Field(2, ge=0)
    pool: str = Field("default", description="Name of a pool in `data/examples/`, or a JSONL file.")
    most_similar: Literal["last", "first"] = "last"


class PromptSettings(_Section):
    """How the prompt is laid out."""

    budget_tokens: int = Field(3_000, ge=128, description="Most tokens of the whole prompt.")
    system: str | None = Field(None, description="System text; the built-in one when unset.")
    reads: Literal["passages", "evidence"] = Field(
        "passages",
        description="What the model reads: whole passages, or only their evidence with the sentences beside "
        "it, which is faster and does small models good.",
    )
    refuses: bool = Field(
        True,
        description="Tell the model to say where the passages hold no answer. Those under some 3 B "
        "parameters then say so of most questions: for them the confidence decides, and code checks.",
    )
    cites: bool = Field(
        False, description="Ask the model for `[n]` marks, which those under some 3 B parameters get wrong."
    )


class AnsweringSettings(_Section):
    """How an answer is made and when there is none."""

    max_sentences: int = Field(3, ge=1, description="Most sentences that a quoted answer holds.")
    wanted_precision: float = Field(
        0.785,
        ge=0.0,
        le=1.0,
        description="How often answers are to be right, of questions as shared sets ask them, one in five "
        "of which has none: with more, more questions stay unanswered. The calibration turns it into a least "
        "confidence.",
    )
    abstain_below: float | None = Field(
        None,
        ge=0.0,
        le=1.0,
        description="Confidence under which there is no answer, in place of `wanted_precision`.",
    )
    unsupported: Literal["quote", "mark", "drop", "refuse"] = Field(
        "quote",
        description="What happens to a written sentence that the evidence does not bear out: it is left out "
        "and, where none remains, the evidence is quoted (`quote`) or nothing answered (`drop`); it is told "
        "with a mark (`mark`); or the whole answer is refused (`refuse`).",
    )
    second_embedder: str = Field(
        "packaged:universal-sentence-encoder-multilingual",
        description="Judges sentences in languages that the library's embedder does not know, and where "
        "question and passages are in different languages; loaded when one is met. Empty for none.",
    )
    follow_ups: Literal["generator", "rules", "off"] = Field(
        "generator",
        description="How a question that needs the turns before it is made to stand alone: by the "
        "generator where it writes and else by `rules`, by rules always, or not at all (`off`).",
    )
    cache: bool = Field(
        True, description="Give the same answer again while neither the library nor a setting changes."
    )
    calibration: str = Field("default", description="Name of a file in `data/calibration/`, or a JSON file.")


class UiSettings(_Section):
    """The web app."""

    host: str = "127.0.0.1"
    port: int = Field(8501, ge=0, le=65_535)
    max_upload_megabytes: int = Field(100, ge=1, description="How large an uploaded file may be.")
    max_waiting_megabytes: int = Field(
        1_000, ge=1, description="Uploads of all sessions together that wait in memory to be read."
    )
    open_browser: bool = True
    password: SecretStr | None = Field(
        None,
        description="Asked for before anything is shown; give it as CITEWELL_UI__PASSWORD, never in a file.",
    )
    oidc: bool = Field(
        False,
        description="Whether to have people sign in with the OpenID Connect provider that `[auth]` of "
        "`.streamlit/secrets.toml` names (`pip install 'citewell[oidc]'`).",
    )
    allowed_emails: tuple[str, ...] = Field(
        (),
        description="Who may come in of those the provider vouches for: addresses (`ada@example.org`) or "
        "whole domains (`@example.org`). Empty: all of them.",
    )

    @model_validator(mode="after")
    def _addresses_are_asked_for(self) -> Self:
        if self.allowed_emails and not self.oidc:
            raise ValueError("allowed_emails keeps nobody out while ui.oidc is off; set ui.oidc = true")
        return self


class ServeSettings(_Section):
    """The HTTP API."""

    host: str = "127.0.0.1"
    port: int = Field(8502, ge=0, le=65_535)
    token: SecretStr | None = Field(
        None,
        description="What callers send as `Authorization: Bearer TOKEN`; give it as CITEWELL_SERVE__TOKEN, "
        "never in a file. Unset, everybody who reaches the address may use the library.",
    )
    max_upload_megabytes: int = Field(100, ge=1, description="How much one request may carry.")
    idle_seconds: float = Field(
        30.0, gt=0.0, description="A caller that sends or takes nothing for so long is not waited for."
    )
    request_seconds: float = Field(
        600.0, gt=0.0, description="How long a request may take to arrive, and a question to be answered."
    )
    connections: int = Field(256, ge=1, description="Most connections at a time; others are told to wait.")


class Settings(_Section):
    """All settings."""

    library: Path = Field(Path("citewell-library"), description="Folder of the library.")
    offline: bool = Field(
        True,
        description="Load weights from this machine only, never ask a model hub, and let no tracer of "
        "LangChain's into this process, whatever the environment says.",
    )
    embedder: EmbedderSettings = EmbedderSettings()  # type: ignore[call-arg]
    reranker: RerankerSettings = RerankerSettings()  # type: ignore[call-arg]
    reader: ReaderSettings = ReaderSettings()  # type: ignore[call-arg]
    generator: GeneratorSettings = GeneratorSettings()  # type: ignore[call-arg]
    ingest: IngestSettings = IngestSettings()  # type: ignore[call-arg]
    chunking: ChunkingSettings = ChunkingSettings()  # type: ignore[call-arg]
    retrieval: RetrievalSettings = RetrievalSettings()  # type: ignore[call-arg]
    examples: ExampleSettings = ExampleSettings()  # type: ignore[call-arg]
    prompt: PromptSettings = PromptSettings()  # type: ignore[call-arg]
    answering: AnsweringSettings = AnsweringSettings()  # type: ignore[call-arg]
    ui: UiSettings = UiSettings()  # type: ignore[call-arg]
    serve: ServeSettings = ServeSettings()  # type: ignore[call-arg]
