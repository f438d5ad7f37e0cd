"""Files of data sets as they lie on a hub, made of rows."""

import gzip
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Rows = Sequence[Mapping[str, Any]]


def parquet(rows: Rows) -> bytes:
    """As the hub's own converter writes them: compressed, in groups of rows."""
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows)), file, compression="snappy", row_group_size=17)
    return file.getvalue()


def json_lines(rows: Rows) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def zipped(data: bytes) -> bytes:
    return gzip.compress(data)
