"""Read and write .safetensors files with numpy alone.

The format: an 8-byte little-endian header length, a JSON header (name -> dtype, shape, data_offsets; `__metadata__` maps strings
to strings), then the arrays, row-major and without gaps. Arrays of wider items come first, so that every array is aligned.
"""
import json
import struct

import numpy

DTYPES = {code: numpy.dtype(name) for code, name in
          {"F64": "<f8", "I64": "<i8", "F32": "<f4", "I32": "<i4", "F16": "<f2", "U8": "u1"}.items()}


def write(path, tensors, metadata):
    """Writes numpy arrays by name, with a str -> str metadata dictionary."""
    codes = {dtype: code for code, dtype in DTYPES.items()}
    header, offset, parts = {"__metadata__": metadata}, 0, []
    for name, array in sorted(tensors.items(), key=lambda item: (-item[1].dtype.itemsize, item[0])):
        data = array.astype(array.dtype.newbyteorder("<")).tobytes()
        header[name] = {"dtype": codes[array.dtype], "shape": list(array.shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
        parts.append(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


def read(path):
    """Returns (name -> numpy array, metadata dictionary)."""
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header, data = json.loads(file.read(length)), file.read()
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        tensors[name] = numpy.frombuffer(data[start:end], DTYPES[entry["dtype"]]).reshape(entry["shape"]).copy()
    return tensors, metadata
