"""Makes the files of this folder, with tifffile (the reference) from data computed here.

usage: ../../../../shared/suites/reference-python make.py, with this file and the results in its /data folder:
       d=~/.cache/iio-suites/data; cp make.py $d && reference-python /data/make.py && cp $d/cells.tif .
"""
import numpy, tifffile

height, width = 192, 256
y, x = numpy.mgrid[0:height, 0:width].astype('f8')
random = numpy.random.default_rng(20261120)
image = numpy.zeros((height, width, 3))
image[..., 2] = 24 + 10 * numpy.sin(x / 37) * numpy.cos(y / 29)
for _ in range(60):
    cy, cx = random.uniform(0, height), random.uniform(0, width)
    radius, colour = random.uniform(3, 14), random.uniform(40, 230, 3)
    image += numpy.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * radius**2))[..., None] * colour
image += random.normal(0, 1.5, image.shape)
cells = numpy.clip(image, 0, 255).astype('u1')
with tifffile.TiffWriter('/data/cells.tif') as tif:
    options = dict(photometric='rgb', tile=(64, 64), compression='lzw', predictor=True)
    tif.write(cells, subifds=1, resolution=(15384, 15384), resolutionunit='CENTIMETER', metadata=None,
              description='synthetic cells', software='iio make.py', **options)
    half = cells.reshape(height // 2, 2, width // 2, 2, 3).mean((1, 3)).round().astype('u1')
    tif.write(half, subfiletype=1, metadata=None, **options)
