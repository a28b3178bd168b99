"""Writing so that equal content gives equal bytes, on every machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ROWS_A_GROUP = 100_000


def write_parquet(table: pa.Table, path: Path) -> None:
    """No metadata of pandas or of Arrow, fixed compression, chunks that do not show."""
    plain = table.replace_schema_metadata(None).combine_chunks()
    pq.write_table(
        plain,
        path,
        compression="zstd",
        compression_level=3,
        version="2.6",
        row_group_size=ROWS_A_GROUP,
        store_schema=False,
    )


def write_json(value: Any, path: Path) -> None:
    """Sorted keys, readable Swedish, one newline at the end, `\\n` also on Windows."""
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    path.write_bytes((text + "\n").encode("utf-8"))
