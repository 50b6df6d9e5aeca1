"""Every text that the app shows, by name; a language is one value of this class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Texts"]


@dataclass(frozen=True, kw_only=True)
class Texts:
    """A text in braces is filled in where it is shown; Markdown only where the English text has it."""

    # navigation and frame
    language_name: str
    language: str
    about: str
    nav_ask: str
    nav_library: str
    nav_document: str
    nav_why: str
    nav_status: str
    trouble: str
    password: str
    enter: str
    wrong_password: str

    # asking
    ask_title: str
    ask_text: str
    ask_placeholder: str
    try_these: str
    scope_all: str
    scope_some: str
    scope_label: str
    scope_placeholder: str
    searching: str
    reading_passages: str
    seconds: str
    stop: str
    stopping: str
    stopped: str
    asking_failed: str
    again: str
    options: str
    options_changed: str
    options_reset: str
    preset: str
    preset_help: str
    preset_own: str
    preset_quotes: str
    preset_written: str
    option_top_k: str
    option_abstain_below: str
    option_calibrated: str
    sampling: str
    sampling_none: str
    option_temperature: str
    option_top_p: str
    option_max_new_tokens: str
    option_candidates: str
    option_seed: str

    # answers
    confidence: str
    confidence_high: str
    confidence_medium: str
    confidence_low: str
    confidence_help: str
    partial: str
    contradicted: str
    unsupported: str
    unsupported_some: str
    unsupported_help: str
    citation_place: str
    abstained: str
    abstained_reason: str
    nearest: str
    why: str
    why_help: str
    wanted: str
    wanted_label: str
    wanted_help: str
    understood: str
    conflict: str

    # evidence
    page: str
    page_short: str
    close: str
    previous_citation: str
    next_citation: str
    page_picture: str
    around: str
    original: str
    original_help: str
    in_library: str
    original_not_kept: str
    document_gone: str
    open_place: str
    open_original: str
    open_original_help: str

    # conversations
    new_conversation: str
    conversations: str
    delete_conversation: str
    export: str
    export_markdown: str
    export_json: str
    export_copy: str

    # the first minute
    welcome: str
    welcome_text: str
    take_samples: str

    # uploads
    upload: str
    upload_help: str
    waiting: str
    progress: str
    time_left: str
    reading: str
    stop_upload: str
    upload_done: str
    upload_failed: str
    dismiss: str
    retry: str
    counts: str

    # the library
    library_title: str
    library_counts: str
    no_documents: str
    find: str
    found: str
    order: str
    open: str
    delete: str
    delete_title: str
    delete_question: str
    delete_yes: str
    deleted: str
    cancel: str
    characters: str
    added: str
    back: str
    facts: str
    fact_title: str
    fact_source: str
    fact_kind: str
    fact_language: str
    fact_sha256: str
    chunks_here: str
    chunk: str
    same_file: str
    nearly_same: str
    collections: str
    collections_counted: str
    collection: str
    collection_new: str
    collection_any: str
    collection_name: str
    collection_members: str
    collection_members_none: str
    collection_save: str
    collection_remove: str
    collection_remove_help: str
    collection_choice: str
    table_rows: str
    table_rows_help: str

    # why
    why_title: str
    why_text: str
    no_runs: str
    choose_run: str
    outcome: str
    model: str
    no_model: str
    took: str
    library_version: str
    tab_evidence: str
    tab_passages: str
    tab_timings: str
    tab_prompt: str
    tab_settings: str
    passages_help: str
    cited_page: str
    cut: str
    why_details: str
    evidence_help: str
    no_evidence: str
    taken: str
    leg_told: str
    confidence_told: str
    no_timings: str
    no_prompt: str
    examples: str
    download_run: str
    tab_examples: str
    tab_map: str
    tab_replay: str
    no_examples: str
    examples_chosen: str
    order_last: str
    order_first: str
    similarity: str
    tokens_told: str
    map_help: str
    map_small: str
    map_drawing: str
    map_document: str
    map_question: str
    map_hit: str
    map_cited: str
    map_show: str
    replay_help: str
    replay: str
    replay_legs: str
    replay_fusion: str
    replay_before: str
    replay_now: str

    # status
    status_title: str
    library: str
    fact_folder: str
    fact_documents: str
    fact_pages: str
    fact_chunks: str
    fact_disk: str
    health: str
    check: str
    checking: str
    healthy: str
    unhealthy: str
    models: str
    role_embedder: str
    role_reranker: str
    role_generator: str
    none: str
    generator_writes: str
    generator_quotes: str
    fact_answers: str
    fact_device: str
    fact_memory: str
    not_loaded: str
    licences: str
    network: str
    network_none: str
    network_some: str
    versions: str
    fact_version: str

    # quality
    nav_quality: str
    quality_title: str
    quality_text: str
    tab_evaluations: str
    tab_feedback: str
    questions_upload: str
    questions_help: str
    questions_feedback: str
    evaluation_name: str
    feedback_name: str
    evaluate: str
    evaluation_help: str
    evaluation_progress: str
    evaluation_stop: str
    evaluation_stopped: str
    evaluation_failed: str
    no_evaluations: str
    choose_evaluation: str
    compare_with: str
    compare_none: str
    measure: str
    value: str
    interval: str
    difference: str
    compared_on: str
    pictures_none: str
    reliability: str
    risk_coverage: str
    judged_questions: str
    judged_right: str
    judged_wrong: str
    judged_silent: str
    column_question: str
    column_answer: str
    column_confidence: str
    column_outcome: str
    download_judged: str
    no_feedback: str
    feedback_up: str
    feedback_down: str
    feedback_wanted: str
    is_example: str
    approve: str
    approve_help: str
    unapprove: str
    approved: str
    not_approved: str
    download_questions: str

    # access
    sign_in: str
    sign_in_text: str
    sign_in_missing: str
    sign_out: str
    not_invited: str
    signed_in_as: str

    # choices, and things counted: for one, and for any other number
    status: Mapping[str, str]
    orders: Mapping[str, str]
    units: Mapping[str, tuple[str, str]]

    def count(self, unit: str, number: int) -> str:
        """A number of `document page chunk passage file` in words: `1 page`, `2 pages`."""
        return self.units[unit][number != 1].format(n=number)
