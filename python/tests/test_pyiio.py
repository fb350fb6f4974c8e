"""Reading and writing files."""

import io
import os
import signal
import time

import numpy
import pyiio
import pytest

IMAGE = numpy.arange(6 * 7 * 3, dtype='uint16').reshape(6, 7, 3)


@pytest.mark.parametrize('extension', ['png', 'tif', 'jp2', 'ppm'])
def test_lossless_formats_give_back_what_was_written(tmp_path, extension):
    path = tmp_path / f'image.{extension}'
    pyiio.imwrite(path, IMAGE)
    for source in (path, str(path), path.read_bytes(), io.BytesIO(path.read_bytes())):
        image = pyiio.imread(source)
        assert numpy.array_equal(image, IMAGE) and image.dtype == IMAGE.dtype and image.flags.writeable
    assert pyiio.improps(path).shape == IMAGE.shape


def test_stacks_are_read_whole_or_by_image():
    pages = [IMAGE, IMAGE + 1, IMAGE + 2]
    data = pyiio.imwrite('<bytes>', pages, extension='.tif')
    assert numpy.array_equal(pyiio.imread(data), pages)
    assert numpy.array_equal(pyiio.imread(data, index=...), pages)
    assert numpy.array_equal(pyiio.imread(data, index=-1), pages[2])
    assert [image[0, 0, 0] for image in pyiio.imiter(data)] == [0, 1, 2]
    assert pyiio.improps(data, index=...).shape == (3, 6, 7, 3)


def test_regions_are_read_into_arrays_of_the_caller():
    data = pyiio.imwrite('<bytes>', IMAGE, extension='.tif')
    file = pyiio.imopen(data)
    assert numpy.array_equal(file.read(0, region=(1, 2, 3, 4)), IMAGE[1:4, 2:6])
    room = numpy.zeros((9, 4, 3), 'uint16')
    file.read(0, region=(1, 2, 3, 4), out=room[3:6])
    assert numpy.array_equal(room[3:6], IMAGE[1:4, 2:6]) and not room[:3].any() and not room[6:].any()
    with pytest.raises(ValueError):
        file.read(0, region=(1, 2, 30, 4))


def test_arrays_of_foreign_order_are_written_by_value(tmp_path):
    path = tmp_path / 'image.png'
    pyiio.imwrite(path, IMAGE.astype('>u2')[::-1])
    assert numpy.array_equal(pyiio.imread(path), IMAGE[::-1])


def test_faults_are_told_apart(tmp_path):
    with pytest.raises(FileNotFoundError):
        pyiio.imread(tmp_path / 'nothing.png')
    with pytest.raises(RuntimeError, match='none of'):
        pyiio.imread(b'neither fish nor fowl')
    with pytest.raises(ValueError, match='writes .xyz'):
        pyiio.imwrite(tmp_path / 'image.xyz', IMAGE)
    with pytest.raises(ValueError, match='unknown option'):
        pyiio.imwrite(tmp_path / 'image.png', IMAGE, levle=3)
    assert not list(tmp_path.iterdir())


def test_metadata_has_resolution_and_tags():
    data = pyiio.imwrite('<bytes>', IMAGE, extension='.tif')
    assert pyiio.immeta(data)['tags']['ImageWidth'] == 7


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='no fork')
def test_a_forked_process_reads_with_threads_of_its_own(tmp_path):
    path = tmp_path / 'image.tif'
    image = numpy.random.default_rng(1).integers(0, 999, (2000, 2000), 'uint16')
    pyiio.imwrite(path, image, compression='zlib', tile=128)
    assert numpy.array_equal(pyiio.imread(path), image)
    child = os.fork()
    if child == 0:
        os._exit(0 if numpy.array_equal(pyiio.imread(path), image) else 1)
    for _ in range(200):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        time.sleep(0.05)
    else:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        pytest.fail('the child waits for threads of its parent')
    assert status == 0
