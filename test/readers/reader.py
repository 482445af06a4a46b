"""Reads each line as Python's json does and prints what it has read, in the form of values.ts."""

import json
import struct
import sys


def form(value):
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"s": [ord(point) for point in value]}
    if isinstance(value, int):
        return {"i": str(value)}
    if isinstance(value, float):
        return {"f": struct.pack(">d", value).hex()}
    if isinstance(value, list):
        return {"a": [form(item) for item in value]}
    return {"o": [[form(key), form(item)] for key, item in value.items()]}


def read(line):
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"ok": False, "error": str(error)}
    params = message.get("params", {})
    parts = {
        "method": (message, "method"),
        "name": (params, "name"),
        "arguments": (params, "arguments"),
    }
    found = {part: form(of[key]) for part, (of, key) in parts.items() if key in of}
    return {"ok": True, **found}


# All of Python's line breaks: some servers split their input so.
for line in sys.stdin.buffer.read().decode("utf-8").splitlines():
    print(json.dumps(read(line)))
