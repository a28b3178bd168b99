"""Writing so that equal content gives equal bytes, on every machine."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ROWS_A_GROUP = 100_000
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def write_parquet(table: pa.Table, path: Path) -> None:
    """No metadata of pandas or of Arrow, fixed compression, chunks that do not show: they are
    joined a group of rows at a time, for a large table is not held twice."""
    plain = table.replace_schema_metadata(None)
    with pq.ParquetWriter(
        path, plain.schema, compression="zstd", compression_level=3, version="2.6",
        store_schema=False,
    ) as file:  # fmt: skip
        for start in range(0, max(plain.num_rows, 1), ROWS_A_GROUP):
            group = plain.slice(start, ROWS_A_GROUP).combine_chunks()
            file.write_table(group, row_group_size=ROWS_A_GROUP)


def write_json(value: Any, path: Path) -> None:
    """Sorted keys, readable Swedish, one newline at the end, `\\n` also on Windows."""
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    path.write_bytes((text + "\n").encode("utf-8"))


def fixed_xlsx(data: bytes, date: dt.date) -> bytes:
    """The same workbook with the clock taken out of it: entry times and the date of change."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                stamp = f"{date.isoformat()}T09:00:00Z".encode()
                content = _MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<2>", content)
            entry = zipfile.ZipInfo(name, ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o600 << 16
            new.writestr(entry, content)
    return made.getvalue()
