"""What can be set: one typed tree, a description on every field."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from rag.settings.models import EmbedderSettings, GeneratorSettings, ReaderSettings, RerankerSettings, Section

__all__ = [
    "AnsweringSettings",
    "ChunkingSettings",
    "ExampleSettings",
    "IngestSettings",
    "PromptSettings",
    "RetrievalSettings",
    "ServeSettings",
    "Settings",
    "SourceSettings",
    "TracingSettings",
    "UiSettings",
]


class IngestSettings(Section):
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


class SourceSettings(Section):
    """The web and buckets, for which `offline` has to be false, and mail folders."""

    pages: int = Field(1_000, ge=1, description="Most pages of one sitemap; what else it lists is told.")
    delay_seconds: float = Field(
        1.0,
        ge=0.0,
        description="Pause between two requests to one site; longer where its robots.txt says so.",
    )
    request_seconds: float = Field(60.0, gt=0.0, description="How long one request to a site may take.")
    redirects: int = Field(5, ge=0, description="How many redirects of a page are followed.")
    private_hosts: tuple[str, ...] = Field(
        (),
        description="Names or addresses of sites that may lie in a private network or on this machine, such "
        "as `wiki.example.org`; all others have to have public addresses.",
    )
    schemes: tuple[str, ...] = Field(
        ("s3",),
        description="Which addresses of buckets are read, by the names that fsspec gives their kinds; each "
        "but `s3` needs its package.",
    )
    objects: int = Field(10_000, ge=1, description="Most objects of one bucket or prefix.")
    messages: int = Field(100_000, ge=1, description="Most messages of one mail folder.")


class ChunkingSettings(Section):
    """How documents are cut."""

    max_tokens: int = Field(200, ge=16, description="Most tokens of the embedder in a chunk.")
    min_tokens: int = Field(40, ge=0, description="Smaller pieces are joined to a neighbour where they may.")
    context: bool = Field(True, description="Embed title and heading path in front of each chunk.")


class RetrievalSettings(Section):
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


class ExampleSettings(Section):
    """Which worked examples go into the prompt."""

    selector: str = Field(
        "hybrid_mmr",
        description="`hybrid_mmr`, `hybrid`, `mmr`, `embedding`, `jaccard` (needs no embedder), `entity`, "
        "`diversity`, `comparable_pairs`, `random` or `none`.",
    )
    k: int = Field(2, ge=0)
    pool: str = Field("default", description="Name of a pool in `data/examples/`, or a JSONL file.")
    most_similar: Literal["last", "first"] = "last"


class PromptSettings(Section):
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


class AnsweringSettings(Section):
    """How an answer is made and when there is none."""

    max_sentences: int = Field(
        3, ge=1, description="Most sentences that a quoted answer holds; lists asked for are whole."
    )
    wanted_precision: float = Field(
        0.77,
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
        description="What happens to a written sentence that the evidence does not support: it is left out "
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
    reuse_similar: bool = Field(
        False,
        description="Give a kept answer also for a question that differs only in typing, courtesy and the "
        "article, and say which; needs `cache`.",
    )
    calibration: str = Field("default", description="Name of a file in `data/calibration/`, or a JSON file.")


class UiSettings(Section):
    """The web app."""

    host: str = "127.0.0.1"
    port: int = Field(8501, ge=0, le=65_535)
    max_upload_megabytes: int = Field(100, ge=1, description="How large an uploaded file may be.")
    max_waiting_megabytes: int = Field(
        1_000, ge=1, description="Uploads of all sessions together that wait in memory to be read."
    )
    max_strangers: int = Field(
        100,
        ge=1,
        description="Open sessions of the app that have not signed in, all together, where it asks them to. "
        "One more is told to try again, or takes a place of the address that holds most.",
    )
    stranger_seconds: float = Field(
        600.0, gt=0.0, description="A session that has not signed in and does nothing for so long is ended."
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


class ServeSettings(Section):
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
        30.0,
        gt=0.0,
        description="A caller that sends or takes nothing for so long is not waited for, nor by the web app.",
    )
    request_seconds: float = Field(
        600.0, gt=0.0, description="How long a request may take to arrive, and a question to be answered."
    )
    connections: int = Field(256, ge=1, description="Most connections at a time; others are told to wait.")


class TracingSettings(Section):
    """OpenTelemetry spans of questions and files (`pip install 'citewell[otel]'`)."""

    enabled: bool = Field(
        False,
        description="Send spans to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names, or at "
        "http://localhost:4318; its other OTEL_ variables hold too, such as OTEL_EXPORTER_OTLP_HEADERS.",
    )
    endpoint: str = Field(
        "",
        description="Address of an OTLP collector that takes HTTP, such as http://127.0.0.1:4318, in "
        "place of that of the environment; it switches tracing on.",
    )
    texts: bool = Field(
        False,
        description="Put questions, answers, prompts, names of files and messages of errors into the spans.",
    )

    @property
    def is_on(self) -> bool:
        """Whether spans are sent."""
        return self.enabled or bool(self.endpoint)

    @field_validator("endpoint")
    @classmethod
    def _is_an_address(cls, endpoint: str) -> str:
        address = urlsplit(endpoint)
        if endpoint and (address.scheme not in ("http", "https") or not address.hostname):
            raise ValueError("it is no address: write http://HOST:4318")
        if address.username is not None:
            raise ValueError("it holds a secret: give that as OTEL_EXPORTER_OTLP_HEADERS")
        return endpoint


class Settings(Section):
    """All settings."""

    library: Path = Field(Path("citewell-library"), description="Folder of the library.")
    offline: bool = Field(
        True,
        description="Load weights from this machine only, never ask a model hub, and let no tracer of "
        "LangChain's into this process, whatever the environment says. The web and buckets are ingested "
        "only when it is false.",
    )
    embedder: EmbedderSettings = EmbedderSettings()  # type: ignore[call-arg]
    reranker: RerankerSettings = RerankerSettings()  # type: ignore[call-arg]
    reader: ReaderSettings = ReaderSettings()  # type: ignore[call-arg]
    generator: GeneratorSettings = GeneratorSettings()  # type: ignore[call-arg]
    ingest: IngestSettings = IngestSettings()  # type: ignore[call-arg]
    sources: SourceSettings = SourceSettings()  # type: ignore[call-arg]
    chunking: ChunkingSettings = ChunkingSettings()  # type: ignore[call-arg]
    retrieval: RetrievalSettings = RetrievalSettings()  # type: ignore[call-arg]
    examples: ExampleSettings = ExampleSettings()  # type: ignore[call-arg]
    prompt: PromptSettings = PromptSettings()  # type: ignore[call-arg]
    answering: AnsweringSettings = AnsweringSettings()  # type: ignore[call-arg]
    ui: UiSettings = UiSettings()  # type: ignore[call-arg]
    serve: ServeSettings = ServeSettings()  # type: ignore[call-arg]
    tracing: TracingSettings = TracingSettings()  # type: ignore[call-arg]
