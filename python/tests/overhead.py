"""Time of small calls, by codec: what the bridge costs beside the codec. usage: python tests/overhead.py [codec ...]

Run it with this package and with the wheel of imagecodecs on the path, on the same interpreter, to compare.
"""

import sys
import timeit

import imagecodecs

CHUNK = b''.join(bytes([i % 7, i % 11, 0, i % 256]) for i in range(192))  # 768 bytes
NAMES = 'none zstd zlib deflate gzip brotli lz4 lz4f lzw packbits bitorder delta xor'.split()


def microseconds(function):
    """Return time of a call, the best of five."""
    function()
    count = 5000
    return min(timeit.repeat(function, number=count, repeat=5)) / count * 1e6


def main(names):
    """Print a row per codec: encode, decode, decode with level or size given."""
    print(f'{"codec":12s} {"encode":>8s} {"level=1":>8s} {"decode":>8s} {"out=":>8s}   us per call of {len(CHUNK)} bytes')
    for name in names:
        encode, decode = getattr(imagecodecs, f'{name}_encode'), getattr(imagecodecs, f'{name}_decode')
        try:
            encoded = encode(CHUNK)
        except ImportError:
            continue
        row = [microseconds(lambda: encode(CHUNK))]
        try:
            row.append(microseconds(lambda: encode(CHUNK, level=1)))
        except TypeError:
            row.append(float('nan'))
        row.append(microseconds(lambda: decode(encoded)))
        out = bytearray(len(CHUNK))
        row.append(microseconds(lambda: decode(encoded, out=out)))
        print(f'{name:12s} ' + ' '.join(f'{value:8.2f}' for value in row))


if __name__ == '__main__':
    main(sys.argv[1:] or NAMES)
