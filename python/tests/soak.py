"""Resident memory over many calls of every codec. usage: python tests/soak.py [N] [codec ...]

Each function is called N times (default 100000): encode, decode, decode into a buffer, and decode of a broken stream.
Prints a row per codec, and fails if memory grew by more than 1 MiB after the first tenth.
"""

import sys

import imagecodecs
import numpy
from imagecodecs import _table

LIMIT = 1 << 20


def resident():
    """Return bytes of resident memory."""
    with open('/proc/self/statm') as fh:
        return int(fh.read().split()[1]) * 4096


def calls(name):
    """Return functions without arguments that exercise a codec."""
    encode, decode = (getattr(imagecodecs, f'{name}_{verb}') for verb in ('encode', 'decode'))
    row = _table.ROWS[name]
    extra_encode, extra_decode = (), ()
    data = bytes(range(256)) * 3
    if row.image:
        data = numpy.arange(16 * 16 * 3, dtype='uint8').reshape(16, 16, 3)
    elif name in {'delta', 'xor', 'floatpred', 'byteshuffle', 'float24'}:
        data = numpy.arange(192, dtype='float32').reshape(4, 48)
    elif name == 'packints':
        data, extra_encode, extra_decode = numpy.arange(255, dtype='uint8'), (8,), ('uint8', 8)
    encoded = encode(data, *extra_encode)
    broken = encoded[: len(encoded) // 2]

    def bad():
        try:
            decode(broken, *extra_decode)
        except (RuntimeError, ValueError):
            pass

    return [lambda: encode(data, *extra_encode), lambda: decode(encoded, *extra_decode), bad]


def main(count, names):
    """Run all codecs."""
    grown = []
    for name in names:
        functions = calls(name)
        for function in functions:
            for _ in range(count // 10):
                function()
        before = resident()
        for function in functions:
            for _ in range(count - count // 10):
                function()
        growth = resident() - before
        print(f'{name:12s} {resident() / 2**20:8.1f} MiB, grown by {growth / 1024:6.0f} KiB over {count} calls each', flush=True)
        if growth > LIMIT:
            grown.append(name)
    if grown:
        sys.exit(f'memory grew: {", ".join(grown)}')


if __name__ == '__main__':
    available = [name for name in _table.ROWS if getattr(imagecodecs, name.upper()).available]
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, sys.argv[2:] or available)
