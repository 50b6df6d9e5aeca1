"""Statements of SQL that want to write, look outside of the tables, or never end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.attacks import Trial, attack, some, tried_together
from rag.errors import QueryError
from rag.queries.querying import run_query
from rag.store import Store

# fmt: off
_REFUSED: Final = (
    "", " ", ";", "--", "/* nothing", "SELECT", "\x00", "SELECT 1 FROM prices\x00; DROP TABLE prices",
    "COPY prices TO '{outside}'", "COPY (SELECT 1) TO '{outside}' (FORMAT json)",
    "COPY prices FROM '{secret}'", "ATTACH '{outside}' AS o", "ATTACH 'https://127.0.0.1/x.db'",
    "DETACH memory", "USE memory", "INSTALL httpfs", "LOAD httpfs", "LOAD '{secret}'",
    "FORCE INSTALL json FROM community", "EXPORT DATABASE '{outside}'", "IMPORT DATABASE '{outside}'",
    "PRAGMA database_list", "PRAGMA version", "SET threads = 8", "SET GLOBAL enable_external_access = true",
    "RESET memory_limit", "SET lock_configuration = false", "SET VARIABLE a = 1", "CALL pragma_version()",
    "CALL duckdb_settings()", "CREATE TABLE t AS SELECT 1", "CREATE VIEW v AS SELECT 1",
    "CREATE MACRO m() AS 1", "CREATE SECRET (TYPE s3)", "CREATE OR REPLACE TEMP TABLE prices AS SELECT 1",
    "DROP TABLE prices", "ALTER TABLE prices ADD COLUMN x INT", "INSERT INTO prices SELECT * FROM prices",
    "UPDATE prices SET price = 0", "DELETE FROM prices", "TRUNCATE prices",
    "WITH w AS (INSERT INTO prices SELECT * FROM prices RETURNING 1) SELECT * FROM w",
    "WITH w AS (DELETE FROM prices RETURNING *) SELECT * FROM w",
    "MERGE INTO prices USING prices p ON true WHEN MATCHED THEN DELETE", "BEGIN", "COMMIT", "CHECKPOINT",
    "VACUUM", "ANALYZE", "PREPARE p AS SELECT 1", "EXECUTE p", "EXPLAIN ANALYZE SELECT 1",
    "DESCRIBE prices", "SHOW TABLES", "SHOW ALL TABLES", "SUMMARIZE prices",
    "PIVOT prices ON name USING sum(price)", "SELECT * FROM '{secret}'", 'SELECT * FROM "{secret}"',
    "SELECT * FROM read_csv('{secret}')", "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM READ_BLOB('{secret}')", "SELECT * FROM glob('/*')",
    "SELECT * FROM read_parquet('https://127.0.0.1/x')", "SELECT * FROM read_json_auto('{secret}')",
    "SELECT * FROM sniff_csv('{secret}')", "SELECT * FROM parquet_scan('{secret}')",
    "FROM read_duckdb('{secret}')", "SELECT (SELECT content FROM read_text('{secret}'))",
    "SELECT * FROM prices, LATERAL read_text(name)",
    "SELECT * FROM prices WHERE EXISTS (FROM read_text('{secret}'))",
    "WITH a AS (FROM read_text('{secret}')) FROM a",
    "SELECT * FROM query('SELECT * FROM duckdb_settings()')", "SELECT * FROM query_table('prices')",
    "SELECT * FROM duckdb_settings()", "SELECT * FROM duckdb_settings", "SELECT * FROM pg_settings",
    "WITH pg_settings AS (SELECT * FROM pg_settings) SELECT * FROM pg_settings",
    "SELECT * FROM (WITH pg_tables AS (SELECT 1) SELECT 1) a, pg_tables",
    "SELECT * FROM information_schema.tables", "SELECT * FROM pg_catalog.pg_class",
    "SELECT * FROM sqlite_master", "SELECT * FROM main.prices", "SELECT * FROM memory.main.prices",
    "SELECT * FROM system.main.duckdb_columns", "SELECT * FROM which_secret('s3://a', 's3')",
    "SELECT * FROM duckdb_secrets()", "SELECT * FROM pragma_table_info('prices')",
    "SELECT * FROM secret_frame", "SELECT * FROM store", "SELECT * FROM repeat_row(1, num_rows = 9)",
    "SELECT getenv('HOME')", "SELECT GetEnv('PATH')", "SELECT current_setting('secret_directory')",
    "SELECT main.current_setting('home_directory')", "SELECT system.main.version()", "SELECT version()",
    "SELECT getvariable('x')", "SELECT current_query()", "SELECT write_log('x')", "SELECT sleep_ms(10000)",
    "SELECT pg_catalog.pg_sleep(100)", "SELECT nextval('s')", "SELECT setseed(0.5)", "SELECT random()",
    "SELECT uuid()", "SELECT json_execute_serialized_sql('{{}}')", "SELECT json_serialize_sql('SELECT 1')",
    "SELECT json_deserialize_sql('{{}}')", "SELECT error('x')", "SELECT $1", "SELECT ?",
    "SELECT * FROM prices TABLESAMPLE 1 ROWS x, y", "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE prices; --",
    "SELECT 1 /* ; */ ; ATTACH ''", "SELECT 1;;COPY prices TO '{outside}'", "sel\u0435ct 1",
    "\uff33\uff25\uff2c\uff25\uff23\uff34 1", "SELECT 1\uff1b DROP TABLE prices",
    "SELECT * FROM \u202eprices", "SELECT * FROM read\u200b_text('{secret}')",
    "SELECT * FROM \"read_text\"('{secret}')", "SELECT U&'\\0061",
    "SELECT " + "(" * 4_000 + "1" + ")" * 4_000, "SELECT " + "-" * 1 + "NOT " * 2_000 + "1",
    "SELECT " + "[" * 4_000,
    "SELECT 1" + "".join(f" UNION SELECT {i}" for i in range(500)) + " FROM nothing",
)
"""Each has to be refused; in braces are the paths of a file outside, and of one to be written."""
_ENDLESS: Final = (
    "WITH RECURSIVE r AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM r) SELECT count(*) FROM r",
    "WITH RECURSIVE r AS (SELECT 'a' AS a UNION ALL SELECT a || a FROM r) SELECT max(length(a)) FROM r",
    "SELECT sum(x * x) FROM range(1000000000000) t(x)",
    "SELECT sum(x) FROM generate_series(1, 1000000000000) t(x)",
    "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range % 7 = 3",
    "SELECT list_sum(range(1000000000))", "SELECT repeat('a', 2000000000)",
    "SELECT repeat('a', 100000000) FROM range(9)",
    "SELECT string_agg(repeat('a', 100000), ',') FROM range(100000)",
    "SELECT list(x) FROM range(1000000000) t(x)", "SELECT x FROM range(1000000000) t(x) ORDER BY hash(x)",
    "SELECT lpad('', 100000000, 'x')",
    "SELECT count(*) FROM range(100000) WHERE regexp_matches(repeat('a', 500000) || range, '(a*)*(a*)*c')",
    "SELECT list_reduce(range(10000000), lambda a, b: a + b)",
    "SELECT factorial(20) FROM range(100000000000) ORDER BY 1",
)
# fmt: on


_TRY: Final = """
import sys
from pathlib import Path
from rag.errors import QueryError
from rag.queries.query_process import answered
columns = [("name", "VARCHAR"), ("price", "BIGINT")]
prices = {"name": "prices", "columns": columns, "values": [["a", "b"], [10, 20]]}
def tables(names):
    if set(names) - {"prices"}:
        raise QueryError("no such table")
    return [prices] * len(names)
secret_frame = store = prices
for path in map(Path, sys.argv[1:]):
    brief = {"statement": path.read_text("utf-8"), "seconds": 1.0, "megabytes": 64, "rows": 10}
    try:
        told = answered(brief, tables)
    except QueryError as error:
        assert "xyzzy" not in str(error), str(error)
    else:
        raise SystemExit(f"was run: {str(told)[:200]}")
"""


@attack("statements of SQL that write, read files or settings, reach out, hide one in another, or are none")
def forbidden(folder: Path, effort: int) -> Iterator[Trial]:
    secret, outside = folder / "secret.csv", folder / "outside"
    secret.write_text("word\nxyzzy\n", "utf-8")
    paths = []
    for number, statement in enumerate(_REFUSED):
        paths.append(folder / f"{number} {re.sub(r'[^A-Za-z ]', '', statement)[:60]}.sql")
        written = statement.replace("{secret}", str(secret)).replace("{outside}", str(outside))
        paths[-1].write_text(written.replace("{{}}", "{}"), "utf-8")
    yield from tried_together(_TRY, paths)
    yield Trial("files outside", "one was written" if outside.exists() else "")


@attack("statements of SQL that never end or take all memory", in_build=0)
def endless(folder: Path, effort: int) -> Iterator[Trial]:
    with Store.open(folder / "library") as store:
        for statement in some(_ENDLESS, effort, 4):
            yield Trial(statement[:60], _run(store, statement, 0.3 * max(effort, 1)))


def _run(store: Store, statement: str, seconds: float) -> str:
    try:
        rows = run_query(store, statement, seconds).rows
    except QueryError:
        return ""
    return f"was run: {str(rows[:2])[:200]}"
