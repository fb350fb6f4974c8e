"""Names of imagecodecs 2026.10.10: codecs by extension module, further functions, enumerations.

Facts of the interface, read off its documentation; what is implemented is in `_table.py`.
"""

# Extension module -> codecs.
MODULES = {
    '_aec': ('aec',),
    '_apng': ('apng',),
    '_avif': ('avif',),
    '_bcn': ('bcn', 'dds'),
    '_bitshuffle': ('bitshuffle',),
    '_blosc': ('blosc',),
    '_blosc2': ('b2nd', 'blosc2'),
    '_bmp': ('bmp',),
    '_brotli': ('brotli',),
    '_brunsli': ('brunsli',),
    '_bz2': ('bz2',),
    '_ccitt': ('ccittfax3', 'ccittfax4', 'ccittrle'),
    '_cfitsio': ('hcomp', 'plio', 'rcomp'),
    '_cms': ('cms',),
    '_czi': ('chunked', 'zstd1'),
    '_deflate': ('deflate', 'gzip'),
    '_exr': ('exr',),
    '_gif': ('gif',),
    '_h5checksum': ('h5checksum',),
    '_heif': ('heif',),
    '_htj2k': ('htj2k',),
    '_imcd': ('bfloat16', 'bitorder', 'byteshuffle', 'delta', 'dicomrle', 'eer', 'float24', 'floatpred', 'lzw',
        'packbits', 'packints', 'xor'),
    '_isal': ('isal',),
    '_jetraw': ('jetraw',),
    '_jpeg2k': ('jpeg2k',),
    '_jpeg8': ('jpeg8',),
    '_jpegls': ('jpegls',),
    '_jpegsof3': ('jpegsof3',),
    '_jpegxl': ('jpegxl',),
    '_jpegxr': ('jpegxr',),
    '_jpegxs': ('jpegxs',),
    '_lerc': ('lerc',),
    '_ljpeg': ('ljpeg',),
    '_lz4': ('lz4', 'lz4f', 'lz4h5'),
    '_lzf': ('lzf',),
    '_lzfse': ('lzfse',),
    '_lzham': ('lzham',),
    '_lzma': ('lzma',),
    '_lzo': ('lzo',),
    '_meshopt': ('meshopt',),
    '_mozjpeg': ('mozjpeg',),
    '_openzl': ('openzl',),
    '_pcodec': ('pcodec',),
    '_pcx': ('pcx',),
    '_pglz': ('pglz',),
    '_pixarlog': ('pixarlog',),
    '_png': ('png',),
    '_qoi': ('qoi',),
    '_quantize': ('quantize',),
    '_rgbe': ('rgbe',),
    '_snappy': ('snappy',),
    '_sperr': ('sperr',),
    '_spng': ('spng',),
    '_sz3': ('sz3',),
    '_szip': ('szip',),
    '_tga': ('tga',),
    '_tiff': ('tiff',),
    '_ultrahdr': ('ultrahdr',),
    '_wavpack': ('wavpack',),
    '_webp': ('webp',),
    '_wic': ('wic',),
    '_zfp': ('zfp',),
    '_zlib': ('zlib',),
    '_zlibng': ('zlibng',),
    '_zopfli': ('zopfli',),
    '_zstd': ('zstd',),
}

# Codecs that are plain Python there.
PYTHON = ('jpeg', 'none', 'numpy')

# Extension module -> functions beside encode, decode and check.
FUNCTIONS = {
    '_cms': ('cms_info', 'cms_transform', 'cms_profile', 'cms_profile_validate'),
    '_deflate': ('deflate_crc32', 'deflate_adler32'),
    '_h5checksum': ('h5checksum_fletcher32', 'h5checksum_lookup3', 'h5checksum_crc', 'h5checksum_metadata',
        'h5checksum_hash_string'),
    '_htj2k': ('htj2k_init',),
    '_imcd': ('cython_version', 'numpy_abi_version', 'imcd_version'),
    '_isal': ('isal_crc32', 'isal_crc32c', 'isal_adler32'),
    '_jetraw': ('jetraw_init',),
    '_jpegxl': ('jpegxl_encode_jpeg', 'jpegxl_decode_jpeg'),
    '_rgbe': ('rgbe_info',),
    '_szip': ('szip_params',),
    '_ultrahdr': ('ultrahdr_decode_jpeg', 'ultrahdr_encode_jpeg'),
    '_wavpack': ('wavpack_info',),
    '_zlib': ('zlib_crc32', 'zlib_adler32'),
    '_zlibng': ('zlibng_crc32', 'zlibng_adler32'),
}

# Codec -> enumeration -> (kind, members).
ENUMS = {
    'AEC': {
        'FLAG': ('IntEnum', 'DATA_SIGNED=1 DATA_3BYTE=2 DATA_PREPROCESS=8 RESTRICTED=16 PAD_RSI=32 NOT_ENFORCE=64'),
    },
    'APNG': {
        'COLOR_PRIMARIES': (
            'IntEnum',
            'BT709=1 SRGB=1 UNSPECIFIED=2 BT470M=4 BT470BG=5 BT601=6 SMPTE240=7 GENERIC_FILM=8 BT2020=9 '
            'BT2100=9 XYZ=10 SMPTE431=11 SMPTE432=12 DCI_P3=12 EBU3213=22',
        ),
        'COLOR_TYPE': ('IntEnum', 'GRAY=0 GRAY_ALPHA=4 RGB=2 RGB_ALPHA=6'),
        'COMPRESSION': ('IntEnum', 'DEFAULT=-1 NO=0 BEST=9 SPEED=1'),
        'FILTER': ('IntEnum', 'NO=0 NONE=8 SUB=16 UP=32 AVG=64 PAETH=128 FAST=56 ALL=248'),
        'MATRIX_COEFFICIENTS': (
            'IntEnum',
            'IDENTITY=0 BT709=1 UNSPECIFIED=2 FCC=4 BT470BG=5 BT601=6 SMPTE240=7 YCGCO=8 BT2020_NCL=9 '
            'BT2020_CL=10 SMPTE2085=11 CHROMA_DERIVED_NCL=12 CHROMA_DERIVED_CL=13 ICTCP=14 YCGCO_RE=16 '
            'YCGCO_RO=17',
        ),
        'STRATEGY': ('IntEnum', 'DEFAULT=0 FILTERED=1 HUFFMAN_ONLY=2 RLE=3 FIXED=4'),
        'TRANSFER_CHARACTERISTICS': (
            'IntEnum',
            'BT709=1 UNSPECIFIED=2 BT470M=4 BT470BG=5 BT601=6 SMPTE240=7 LINEAR=8 LOG100=9 LOG100_SQRT10=10 '
            'IEC61966=11 BT1361=12 SRGB=13 BT2020_10BIT=14 BT2020_12BIT=15 PQ=16 SMPTE428=17 HLG=18',
        ),
    },
    'AVIF': {
        'CHROMA_UPSAMPLING': ('IntEnum', 'AUTOMATIC=0 FASTEST=1 BEST_QUALITY=2 NEAREST=3 BILINEAR=4'),
        'CODEC_CHOICE': ('IntEnum', 'AUTO=0 AOM=1 DAV1D=2 LIBGAV1=3 RAV1E=4 SVT=5 AVM=6'),
        'COLOR_PRIMARIES': (
            'IntEnum',
            'UNKNOWN=0 BT709=1 SRGB=1 IEC61966_2_4=1 UNSPECIFIED=2 BT470M=4 BT470BG=5 BT601=6 SMPTE240=7 '
            'GENERIC_FILM=8 BT2020=9 BT2100=9 XYZ=10 SMPTE431=11 SMPTE432=12 DCI_P3=12 EBU3213=22',
        ),
        'MATRIX_COEFFICIENTS': (
            'IntEnum',
            'IDENTITY=0 BT709=1 UNSPECIFIED=2 FCC=4 BT470BG=5 BT601=6 SMPTE240=7 YCGCO=8 BT2020_NCL=9 '
            'BT2020_CL=10 SMPTE2085=11 CHROMA_DERIVED_NCL=12 CHROMA_DERIVED_CL=13 ICTCP=14 YCGCO_RE=16 '
            'YCGCO_RO=17',
        ),
        'PIXEL_FORMAT': ('IntEnum', 'NONE=0 YUV444=1 YUV422=2 YUV420=3 YUV400=4 COUNT=5'),
        'QUALITY': ('IntEnum', 'DEFAULT=-1 LOSSLESS=100 WORST=0 BEST=100'),
        'SPEED': ('IntEnum', 'DEFAULT=-1 SLOWEST=0 FASTEST=10'),
        'TRANSFER_CHARACTERISTICS': (
            'IntEnum',
            'UNKNOWN=0 BT709=1 UNSPECIFIED=2 BT470M=4 BT470BG=5 BT601=6 SMPTE240=7 LINEAR=8 LOG100=9 '
            'LOG100_SQRT10=10 IEC61966=11 BT1361=12 SRGB=13 BT2020_10BIT=14 BT2020_12BIT=15 PQ=16 '
            'SMPTE2084=16 SMPTE428=17 HLG=18',
        ),
    },
    'B2ND': {
        'COMPRESSOR': ('IntEnum', 'BLOSCLZ=0 LZ4=1 LZ4HC=2 ZLIB=4 ZSTD=5'),
        'FILTER': ('IntEnum', 'NOFILTER=0 NOSHUFFLE=0 SHUFFLE=1 BITSHUFFLE=2 DELTA=3 TRUNC_PREC=4'),
    },
    'BCN': {
        'FORMAT': ('IntEnum', 'BC1=1 BC2=2 BC3=3 BC4=4 BC5=5 BC6HU=6 BC6HS=-6 BC7=7'),
    },
    'BFLOAT16': {
        'ROUND': ('IntEnum', 'TONEAREST=0 UPWARD=2048 DOWNWARD=1024 TOWARDZERO=3072'),
    },
    'BLOSC': {
        'COMPRESSOR': ('IntEnum', 'BLOSCLZ=0 LZ4=1 LZ4HC=2 SNAPPY=3 ZLIB=4 ZSTD=5'),
        'SHUFFLE': ('IntEnum', 'NOSHUFFLE=0 SHUFFLE=1 BITSHUFFLE=2'),
    },
    'BLOSC2': {
        'COMPRESSOR': ('IntEnum', 'BLOSCLZ=0 LZ4=1 LZ4HC=2 ZLIB=4 ZSTD=5'),
        'FILTER': ('IntEnum', 'NOFILTER=0 NOSHUFFLE=0 SHUFFLE=1 BITSHUFFLE=2 DELTA=3 TRUNC_PREC=4'),
        'SPLIT': ('IntEnum', 'ALWAYS=1 NEVER=2 AUTO=3 FORWARD_COMPAT=4 FORWARD=4'),
    },
    'BROTLI': {
        'MODE': ('IntEnum', 'GENERIC=0 TEXT=1 FONT=2'),
    },
    'CHUNKED': {
        'CODEC': ('IntEnum', 'ZSTD=0 LZ4=1'),
    },
    'CMS': {
        'FLAGS': (
            'IntEnum',
            'NOCACHE=64 NOOPTIMIZE=256 NULLTRANSFORM=512 GAMUTCHECK=4096 SOFTPROOFING=16384 '
            'BLACKPOINTCOMPENSATION=8192 NOWHITEONWHITEFIXUP=4 HIGHRESPRECALC=1024 LOWRESPRECALC=2048 '
            'EIGHTBITS_DEVICELINK=8 GUESSDEVICECLASS=32 KEEP_SEQUENCE=128 FORCE_CLUT=2 '
            'CLUT_POST_LINEARIZATION=1 CLUT_PRE_LINEARIZATION=16 NONEGATIVES=32768 COPY_ALPHA=67108864 '
            'NODEFAULTRESOURCEDEF=16777216',
        ),
        'INTENT': ('IntEnum', 'PERCEPTUAL=0 RELATIVE_COLORIMETRIC=1 SATURATION=2 ABSOLUTE_COLORIMETRIC=3'),
        'PT': (
            'IntEnum',
            'GRAY=3 RGB=4 CMY=5 CMYK=6 YCBCR=7 YUV=8 XYZ=9 LAB=10 YUVK=11 HSV=12 HLS=13 YXY=14 MCH1=15 '
            'MCH2=16 MCH3=17 MCH4=18 MCH5=19 MCH6=20 MCH7=21 MCH8=22 MCH9=23 MCH10=24 MCH11=25 MCH12=26 '
            'MCH13=27 MCH14=28 MCH15=29',
        ),
    },
    'EXR': {
        'COMPRESSION': (
            'IntEnum',
            'NONE=0 RLE=1 ZIPS=2 ZIP=3 PIZ=4 PXR24=5 B44=6 B44A=7 DWAA=8 DWAB=9 HTJ2K256=10 HTJ2K32=11 '
            'LJ2K=12 ZSTD=13',
        ),
    },
    'FLOAT24': {
        'ROUND': ('IntEnum', 'TONEAREST=0 UPWARD=2048 DOWNWARD=1024 TOWARDZERO=3072'),
    },
    'HTJ2K': {
        'TILEPART': ('IntFlag', 'RESOLUTIONS=1 COMPONENTS=2'),
    },
    'ISAL': {
        'COMPRESSION': ('IntEnum', 'DEFAULT=1 NO=0 BEST=3 SPEED=1'),
    },
    'JPEG': {
        'CS': (
            'IntEnum',
            'UNKNOWN=0 GRAYSCALE=1 RGB=2 YCbCr=3 CMYK=4 YCCK=5 EXT_RGB=6 EXT_RGBX=7 EXT_BGR=8 EXT_BGRX=9 '
            'EXT_XBGR=10 EXT_XRGB=11 EXT_RGBA=12 EXT_BGRA=13 EXT_ABGR=14 EXT_ARGB=15 RGB565=16',
        ),
    },
    'JPEG2K': {
        'CLRSPC': ('IntEnum', 'UNSPECIFIED=0 SRGB=1 GRAY=2 SYCC=3 EYCC=4 CMYK=5'),
        'CODEC': ('IntEnum', 'JP2=2 J2K=0'),
    },
    'JPEG8': {
        'CS': (
            'IntEnum',
            'UNKNOWN=0 GRAYSCALE=1 RGB=2 YCbCr=3 CMYK=4 YCCK=5 EXT_RGB=6 EXT_RGBX=7 EXT_BGR=8 EXT_BGRX=9 '
            'EXT_XBGR=10 EXT_XRGB=11 EXT_RGBA=12 EXT_BGRA=13 EXT_ABGR=14 EXT_ARGB=15 RGB565=16',
        ),
    },
    'JPEGLS': {
        'COLOR_TRANSFORMATION': ('IntEnum', 'NONE=0 HP1=1 HP2=2 HP3=3'),
    },
    'JPEGXL': {
        'CHANNEL': ('IntEnum', 'UNKNOWN=15 ALPHA=0 DEPTH=1 SPOT_COLOR=2 SELECTION_MASK=3 BLACK=4 CFA=5 THERMAL=6 OPTIONAL=16'),
        'COLOR_SPACE': ('IntEnum', 'UNKNOWN=3 RGB=0 GRAY=1 XYB=2'),
        'PRIMARIES': ('IntEnum', 'SRGB=1 CUSTOM=2 BT2100=9 P3=11'),
        'TRANSFER_FUNCTION': ('IntEnum', 'BT709=1 UNKNOWN=2 LINEAR=8 SRGB=13 PQ=16 DCI=17 HLG=18 GAMMA=65535'),
    },
    'JPEGXR': {
        'PI': (
            'IntEnum',
            'W0=0 B0=1 RGB=2 RGBPalette=3 TransparencyMask=4 CMYK=5 YCbCr=6 CIELab=8 NCH=100 RGBE=101 '
            'DEFAULT=-1 GRAY=1',
        ),
    },
    'LZ4': {
        'CLEVEL': ('IntEnum', 'DEFAULT=9 MIN=2 MAX=12 OPT_MIN=10'),
    },
    'LZ4H5': {
        'CLEVEL': ('IntEnum', 'DEFAULT=9 MIN=2 MAX=12 OPT_MIN=10'),
    },
    'LZHAM': {
        'COMPRESSION': ('IntEnum', 'DEFAULT=-1 NO=0 BEST=9 SPEED=1 UBER=10'),
        'STRATEGY': ('IntEnum', 'DEFAULT=0 FILTERED=1 HUFFMAN_ONLY=2 RLE=3 FIXED=4'),
    },
    'LZMA': {
        'CHECK': ('IntEnum', 'NONE=0 CRC32=1 CRC64=4 SHA256=10'),
    },
    'PNG': {
        'COLOR_PRIMARIES': (
            'IntEnum',
            'BT709=1 SRGB=1 UNSPECIFIED=2 BT470M=4 BT470BG=5 BT601=6 SMPTE240=7 GENERIC_FILM=8 BT2020=9 '
            'BT2100=9 XYZ=10 SMPTE431=11 SMPTE432=12 DCI_P3=12 EBU3213=22',
        ),
        'COLOR_TYPE': ('IntEnum', 'GRAY=0 GRAY_ALPHA=4 RGB=2 RGB_ALPHA=6'),
        'COMPRESSION': ('IntEnum', 'DEFAULT=-1 NO=0 BEST=9 SPEED=1'),
        'FILTER': ('IntEnum', 'NO=0 NONE=8 SUB=16 UP=32 AVG=64 PAETH=128 FAST=56 ALL=248'),
        'MATRIX_COEFFICIENTS': (
            'IntEnum',
            'IDENTITY=0 BT709=1 UNSPECIFIED=2 FCC=4 BT470BG=5 BT601=6 SMPTE240=7 YCGCO=8 BT2020_NCL=9 '
            'BT2020_CL=10 SMPTE2085=11 CHROMA_DERIVED_NCL=12 CHROMA_DERIVED_CL=13 ICTCP=14 YCGCO_RE=16 '
            'YCGCO_RO=17',
        ),
        'STRATEGY': ('IntEnum', 'DEFAULT=0 FILTERED=1 HUFFMAN_ONLY=2 RLE=3 FIXED=4'),
        'TRANSFER_CHARACTERISTICS': (
            'IntEnum',
            'BT709=1 UNSPECIFIED=2 BT470M=4 BT470BG=5 BT601=6 SMPTE240=7 LINEAR=8 LOG100=9 LOG100_SQRT10=10 '
            'IEC61966=11 BT1361=12 SRGB=13 BT2020_10BIT=14 BT2020_12BIT=15 PQ=16 SMPTE428=17 HLG=18',
        ),
    },
    'QOI': {
        'COLORSPACE': ('IntEnum', 'SRGB=0 LINEAR=1'),
    },
    'QUANTIZE': {
        'MODE': ('IntEnum', 'NOQUANTIZE=0 BITGROOM=1 GRANULARBR=2 GBR=2 BITROUND=3 SCALE=100'),
    },
    'RGBE': {
        'ORIENT': ('IntFlag', 'IDENTITY=0 FLIP_X=1 FLIP_Y=2 TRANSPOSE=4'),
    },
    'SNAPPY': {
        'COMPRESSION_LEVEL': ('IntEnum', 'DEFAULT=1 MIN=1 MAX=2'),
    },
    'SPERR': {
        'MODE': ('IntEnum', 'BPP=1 PSNR=2 PWE=3'),
    },
    'SPNG': {
        'FILTER': ('IntEnum', 'NO=0 NONE=8 SUB=16 UP=32 AVG=64 PAETH=128 ALL=248 FAST=56'),
        'FMT': ('IntEnum', 'RGBA8=1 RGBA16=2 RGB8=4 GA8=16 GA16=32 G8=64'),
    },
    'SZ3': {
        'MODE': ('IntEnum', 'ABS=0 REL=1 ABS_AND_REL=2 ABS_OR_REL=3'),
    },
    'SZIP': {
        'OPTION_MASK': ('IntEnum', 'ALLOW_K13=1 CHIP=2 EC=4 LSB=8 MSB=16 NN=32 RAW=128'),
    },
    'TIFF': {
        'COMPRESSION': (
            'IntEnum',
            'NONE=1 CCITTRLE=2 CCITTFAX3=3 CCITTFAX4=4 LZW=5 JPEG=7 PACKBITS=32773 DEFLATE=32946 '
            'ADOBE_DEFLATE=8 LZMA=34925 ZSTD=50000 WEBP=50001 LERC=34887 PIXARLOG=32909',
        ),
        'ENDIAN': ('IntEnum', 'BIG=19789 LITTLE=18761'),
        'EXTRASAMPLE': ('IntEnum', 'UNSPECIFIED=0 ASSOCALPHA=1 UNASSALPHA=2'),
        'FILETYPE': ('IntFlag', 'REDUCEDIMAGE=1 PAGE=2 MASK=4'),
        'PHOTOMETRIC': ('IntEnum', 'MINISWHITE=0 MINISBLACK=1 RGB=2 PALETTE=3 MASK=4 SEPARATED=5 YCBCR=6'),
        'PLANARCONFIG': ('IntEnum', 'CONTIG=1 SEPARATE=2'),
        'PREDICTOR': ('IntEnum', 'NONE=1 HORIZONTAL=2 FLOATINGPOINT=3'),
        'RESUNIT': ('IntEnum', 'NONE=1 INCH=2 CENTIMETER=3'),
        'SUBCODEC': ('IntEnum', 'NONE=0 DEFLATE=1 ZSTD=2'),
        'VERSION': ('IntEnum', 'CLASSIC=42 BIG=43'),
    },
    'ULTRAHDR': {
        'CG': ('IntEnum', 'UNSPECIFIED=-1 BT_709=0 DISPLAY_P3=1 BT_2100=2'),
        'CODEC': ('IntEnum', 'JPEG=0 HEIF=1 AVIF=2'),
        'CR': ('IntEnum', 'UNSPECIFIED=-1 LIMITED_RANGE=0 FULL_RANGE=1'),
        'CT': ('IntEnum', 'UNSPECIFIED=-1 LINEAR=0 HLG=1 PQ=2 SRGB=3'),
        'USAGE': ('IntEnum', 'REALTIME=0 QUALITY=1'),
    },
    'WAVPACK': {
        'LEVEL': ('IntEnum', 'FAST=1 DEFAULT=2 HIGH=3 VERY_HIGH=4'),
    },
    'ZFP': {
        'EXEC': ('IntEnum', 'SERIAL=0 OMP=1 CUDA=2'),
        'HEADER': ('IntEnum', 'MAGIC=1 META=2 MODE=4 FULL=7'),
        'MODE': (
            'IntEnum',
            'NONE=0 EXPERT=1 FIXED_RATE=2 FIXED_PRECISION=3 FIXED_ACCURACY=4 REVERSIBLE=5 RATE=2 PRECISION=3 '
            'ACCURACY=4',
        ),
    },
    'ZLIB': {
        'COMPRESSION': ('IntEnum', 'DEFAULT=-1 NO=0 BEST=9 SPEED=1'),
        'STRATEGY': ('IntEnum', 'DEFAULT=0 FILTERED=1 HUFFMAN_ONLY=2 RLE=3 FIXED=4'),
    },
    'ZLIBNG': {
        'COMPRESSION': ('IntEnum', 'DEFAULT=-1 NO=0 BEST=9 SPEED=1'),
        'STRATEGY': ('IntEnum', 'DEFAULT=0 FILTERED=1 HUFFMAN_ONLY=2 RLE=3 FIXED=4'),
    },
    'ZOPFLI': {
        'FORMAT': ('IntEnum', 'GZIP=0 ZLIB=1 DEFLATE=2'),
    },
}
