"""Reads float32 and int32 safetensors with nothing but NumPy."""

import json

import numpy

DTYPES = {"F32": numpy.float32, "I32": numpy.int32}


def read(file):
    """Arrays by name, and the file's metadata."""
    with open(file, "rb") as source:
        header = json.loads(source.read(int.from_bytes(source.read(8), "little")))
        metadata = header.pop("__metadata__", {})
        begin = source.tell()
        tensors = {}
        for name, entry in header.items():
            first, last = entry["data_offsets"]
            dtype = numpy.dtype(DTYPES[entry["dtype"]])
            source.seek(begin + first)
            values = numpy.fromfile(source, dtype, (last - first) // dtype.itemsize)
            tensors[name] = values.reshape(entry["shape"])
    return tensors, metadata
