"""The contract of the drop-in's functions: outputs, errors, threads, laziness."""

import pickle
import subprocess
import sys
import threading

import imagecodecs
import numpy
import pytest

DATA = bytes(range(256)) * 64
BYTES = [name for name in ('zstd', 'zlib', 'deflate', 'gzip', 'brotli', 'lz4', 'lz4f', 'lz4h5', 'lzw', 'packbits')
         if getattr(imagecodecs, name.upper()).available]
IMAGES = [name for name in ('png', 'jpeg2k', 'webp', 'bmp') if getattr(imagecodecs, name.upper()).available]


def functions(name):
    return getattr(imagecodecs, f'{name}_encode'), getattr(imagecodecs, f'{name}_decode')


@pytest.mark.parametrize('name', BYTES)
def test_out_decides_where_decoded_bytes_go(name):
    encode, decode = functions(name)
    encoded = encode(DATA)
    assert type(decode(encoded)) is bytes and decode(encoded) == DATA
    assert decode(encoded, out=len(DATA)) == DATA
    assert type(decode(encoded, out=bytearray)) is bytearray
    exact = bytearray(len(DATA))
    assert decode(encoded, out=exact) is exact and exact == DATA
    larger = bytearray(b'\xaa' * (len(DATA) + 9))
    used = decode(encoded, out=larger)
    assert isinstance(used, memoryview) and used == DATA and larger[len(DATA):] == b'\xaa' * 9
    array = numpy.zeros((64, 256), 'uint8')
    assert decode(encoded, out=array) is array and array.tobytes() == DATA
    with pytest.raises(TypeError):
        decode(encoded, out=bytes(len(DATA)))
    with pytest.raises(TypeError):
        decode(encoded, out=numpy.frombuffer(bytes(len(DATA)), 'uint8'))


@pytest.mark.parametrize('name', BYTES)
def test_a_small_out_is_an_error_of_the_codec_and_nothing_is_written_behind_it(name):
    encode, decode = functions(name)
    encoded = encode(DATA)
    guarded = bytearray(b'\x55' * 200)
    with pytest.raises(getattr(imagecodecs, f'{name.capitalize()}Error')):
        encode(DATA, out=memoryview(guarded)[:10])
    assert guarded[10:] == b'\x55' * 190
    if name in {'lzw', 'lz4f'}:  # they fill what is there
        assert decode(encoded, out=memoryview(guarded)[:100]) == DATA[:100]
    else:
        with pytest.raises(getattr(imagecodecs, f'{name.capitalize()}Error')):
            decode(encoded, out=memoryview(guarded)[:100])
    assert guarded[100:] == b'\x55' * 100


@pytest.mark.parametrize('name', BYTES)
def test_output_may_not_be_the_input(name):
    encode, _ = functions(name)
    data = bytearray(DATA)
    with pytest.raises(ValueError):
        encode(data, out=data)
    assert data == DATA


def test_arrays_with_gaps_are_encoded_as_their_samples():
    array = numpy.arange(60, dtype='>u2').reshape(6, 10)[::-1, ::3]
    assert imagecodecs.zlib_decode(imagecodecs.zlib_encode(array)) == array.tobytes()
    with pytest.raises(ValueError):
        imagecodecs.zlib_encode(array[:0])


def test_errors_tell_kind_and_offset():
    with pytest.raises(imagecodecs.ZstdError) as caught:
        imagecodecs.zstd_decode(b'no frame at all')
    assert isinstance(caught.value, RuntimeError) and caught.value.kind == 'malformed' and caught.value.offset == 0
    with pytest.raises(ValueError) as caught:
        imagecodecs.jpeg2k_encode(numpy.zeros((4, 4), 'float64'))
    assert isinstance(caught.value, imagecodecs.Jpeg2kError)


def test_wrong_arguments_are_refused_by_name():
    with pytest.raises(TypeError, match='unexpected keyword argument'):
        imagecodecs.zstd_encode(DATA, lvl=3)
    with pytest.raises(TypeError, match='multiple values'):
        imagecodecs.zstd_encode(DATA, 3, level=3)
    with pytest.raises(TypeError, match='too many positional'):
        imagecodecs.zstd_encode(DATA, 3, 4)
    with pytest.raises(TypeError, match='missing'):
        imagecodecs.zstd_encode()
    with pytest.raises(KeyError):
        imagecodecs.brotli_encode(DATA, mode='loud')
    with pytest.raises(ValueError):
        imagecodecs.brotli_encode(DATA, mode=9)


def test_options_have_their_effect_and_are_not_mixed_up_by_the_cache():
    sizes = [len(imagecodecs.zstd_encode(DATA * 3 + bytes(numpy.arange(9999) % 251), level=n)) for n in (1, 19, 1, 19)]
    assert sizes[0] == sizes[2] and sizes[1] == sizes[3] and sizes[0] > sizes[1]
    assert imagecodecs.zlib_encode(DATA, level=imagecodecs.ZLIB.COMPRESSION.NO)[2:3] != b'\xed'
    raw = imagecodecs.deflate_encode(DATA, raw=True)
    assert imagecodecs.deflate_decode(raw, raw=True) == DATA
    with pytest.raises(imagecodecs.DeflateError):
        imagecodecs.deflate_decode(raw)


@pytest.mark.parametrize('name', IMAGES)
def test_arrays_are_decoded_into_what_is_given(name):
    encode, decode = functions(name)
    image = numpy.arange(8 * 9 * 3, dtype='uint8').reshape(8, 9, 3)
    encoded = encode(image)
    assert numpy.array_equal(decode(encoded), image)
    out = numpy.zeros_like(image)
    assert decode(encoded, out=out) is out and numpy.array_equal(out, image)
    room = numpy.zeros((20, 20, 3), 'uint8')
    view = room[2:10, 3:12]
    decode(encoded, out=view)
    assert numpy.array_equal(view, image) and room.sum() == image.sum()
    backwards = numpy.zeros_like(image)[::-1, ::-1]
    decode(encoded, out=backwards)
    assert numpy.array_equal(backwards, image)
    buffer = bytearray(image.nbytes)
    assert numpy.array_equal(decode(encoded, out=buffer), image) and buffer == image.tobytes()
    for wrong in (numpy.zeros((9, 8, 3), 'uint8'), numpy.zeros((8, 9, 3), 'uint16')):
        with pytest.raises(ValueError):
            decode(encoded, out=wrong)
    assert encode(image[::-1]) == encode(image[::-1].copy())
    assert encode(image[:, ::2]) == encode(image[:, ::2].copy())


@pytest.mark.parametrize('dtype', ['<u2', '>u2', '<f4', '>f4', '<i8', '>i8'])
@pytest.mark.parametrize('name', ['delta', 'xor', 'floatpred', 'byteshuffle', 'bitorder'])
def test_filters_take_any_byte_order_strides_and_place(name, dtype):
    encode, decode = functions(name)
    array = numpy.random.default_rng(1).integers(0, 9999, (7, 11)).astype(dtype)
    expected = array.tobytes()
    assert decode(encode(array)).tobytes() == expected
    assert decode(encode(array[::-1, ::2])).tobytes() == array[::-1, ::2].tobytes()
    wide = numpy.zeros((7, 22), dtype)
    target = wide[:, ::2]
    target[...] = array
    assert encode(target, out=target) is target
    assert target.tobytes() == encode(array).tobytes() and not wide[:, 1::2].any()
    assert array.tobytes() == expected


def test_a_view_of_a_bytes_object_is_filtered_in_place_as_tifffile_does():
    decoded = imagecodecs.zlib_decode(imagecodecs.zlib_encode(b'\1' * 8))
    array = numpy.frombuffer(decoded, 'uint8')
    imagecodecs.delta_decode(array, out=array)
    assert array.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_memory_that_overlaps_is_refused_or_copied():
    memory = bytearray(imagecodecs.lz4_encode(DATA) + bytes(len(DATA)))
    with pytest.raises(ValueError, match='in-place'):
        imagecodecs.lz4_decode(memoryview(memory)[:100], out=memoryview(memory)[50:])
    array = numpy.arange(20, dtype='uint8')
    expected = imagecodecs.delta_encode(array[:16].copy())
    imagecodecs.delta_encode(array[:16], out=array[4:])
    assert array[4:].tobytes() == expected.tobytes()
    # Begins at the same place, and goes on elsewhere.
    square = numpy.arange(32, dtype='uint8')
    expected = imagecodecs.delta_encode(square[:16].reshape(4, 4).copy())
    imagecodecs.delta_encode(square[:16].reshape(4, 4), out=square.reshape(4, 8)[:, :4])
    assert square.reshape(4, 8)[:, :4].tobytes() == expected.tobytes()


@pytest.mark.parametrize('dtype', ['longdouble', 'clongdouble', 'O', 'U3', 'V5'])
def test_dtypes_that_no_filter_takes_are_refused(dtype):
    with pytest.raises(ValueError):
        imagecodecs.delta_encode(numpy.zeros(4, dtype))


def test_threads_share_functions_and_get_their_own_results():
    chunks = [bytes([n]) * 50_000 + DATA for n in range(8)]
    wrong = []

    def work(chunk):
        for _ in range(50):
            for name in ('zstd', 'lz4', 'zlib'):
                encode, decode = functions(name)
                if decode(encode(chunk), out=len(chunk)) != chunk:
                    wrong.append(name)

    threads = [threading.Thread(target=work, args=(chunk,)) for chunk in chunks]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not wrong


def test_other_threads_run_while_a_codec_works():
    data = numpy.random.default_rng(1).integers(0, 60, 1 << 21, 'uint8').tobytes()
    done = threading.Event()
    thread = threading.Thread(target=lambda: (imagecodecs.brotli_encode(data, level=9), done.set()))
    thread.start()
    ticks = 0
    while not done.is_set():
        done.wait(0.001)
        ticks += 1
    thread.join()
    # Held by the codec, the GIL would come back once, when it is done.
    assert ticks > 5


def test_functions_are_builtins_that_pickle_and_tell_their_signature():
    function = imagecodecs.zstd_encode
    assert pickle.loads(pickle.dumps(function)) is function
    assert function.__module__ == 'imagecodecs' and function.__name__ == 'zstd_encode'
    assert function.__text_signature__ == '(data, /, level=None, *, numthreads=None, out=None)'


def test_codecs_are_made_when_they_are_asked_for():
    code = "import sys, imagecodecs; assert not imagecodecs.imagecodecs._LOADED; imagecodecs.lzw_decode; " \
           "print(sorted(imagecodecs.imagecodecs._LOADED))"
    result = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "['lzw']"


def test_missing_codecs_are_stubs():
    assert not imagecodecs.JETRAW.available
    with pytest.raises(imagecodecs.DelayedImportError):
        imagecodecs.jetraw_decode(b'')
    assert imagecodecs.jetraw_version() == 'jetraw n/a'


def test_every_row_of_the_table_is_a_codec_that_answers():
    from imagecodecs import _table
    from pyiio import codecs

    built = [name for name, row in _table.ROWS.items() if row.codec in codecs()]
    assert len(built) >= 20
    for name in built:
        getattr(imagecodecs, f'{name}_check')(b'0123456789abcdef')
        assert getattr(imagecodecs, f'{name}_version')().startswith(f'{name} ')
        assert getattr(imagecodecs, f'{name.upper()}').available
