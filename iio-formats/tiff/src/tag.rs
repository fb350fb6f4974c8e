//! Tags and field types: their numbers, names and sizes.

use core::fmt;

pub(crate) const NEW_SUBFILE_TYPE: u16 = 254;
pub(crate) const SUBFILE_TYPE: u16 = 255;
pub(crate) const IMAGE_WIDTH: u16 = 256;
pub(crate) const IMAGE_LENGTH: u16 = 257;
pub(crate) const BITS_PER_SAMPLE: u16 = 258;
pub(crate) const COMPRESSION: u16 = 259;
pub(crate) const PHOTOMETRIC: u16 = 262;
pub(crate) const FILL_ORDER: u16 = 266;
pub(crate) const DOCUMENT_NAME: u16 = 269;
pub(crate) const IMAGE_DESCRIPTION: u16 = 270;
pub(crate) const MAKE: u16 = 271;
pub(crate) const MODEL: u16 = 272;
pub(crate) const STRIP_OFFSETS: u16 = 273;
pub(crate) const ORIENTATION: u16 = 274;
pub(crate) const SAMPLES_PER_PIXEL: u16 = 277;
pub(crate) const ROWS_PER_STRIP: u16 = 278;
pub(crate) const STRIP_BYTE_COUNTS: u16 = 279;
pub(crate) const X_RESOLUTION: u16 = 282;
pub(crate) const Y_RESOLUTION: u16 = 283;
pub(crate) const PLANAR_CONFIGURATION: u16 = 284;
pub(crate) const PAGE_NAME: u16 = 285;
pub(crate) const T4_OPTIONS: u16 = 292;
pub(crate) const T6_OPTIONS: u16 = 293;
pub(crate) const RESOLUTION_UNIT: u16 = 296;
pub(crate) const SOFTWARE: u16 = 305;
pub(crate) const DATE_TIME: u16 = 306;
pub(crate) const ARTIST: u16 = 315;
pub(crate) const HOST_COMPUTER: u16 = 316;
pub(crate) const PREDICTOR: u16 = 317;
pub(crate) const COLOR_MAP: u16 = 320;
pub(crate) const TILE_WIDTH: u16 = 322;
pub(crate) const TILE_LENGTH: u16 = 323;
pub(crate) const TILE_OFFSETS: u16 = 324;
pub(crate) const TILE_BYTE_COUNTS: u16 = 325;
pub(crate) const SUB_IFDS: u16 = 330;
pub(crate) const EXTRA_SAMPLES: u16 = 338;
pub(crate) const SAMPLE_FORMAT: u16 = 339;
pub(crate) const JPEG_TABLES: u16 = 347;
pub(crate) const JPEG_INTERCHANGE_FORMAT: u16 = 513;
pub(crate) const JPEG_INTERCHANGE_FORMAT_LENGTH: u16 = 514;
pub(crate) const YCBCR_SUBSAMPLING: u16 = 530;
pub(crate) const XMP: u16 = 700;
pub(crate) const IMAGE_DEPTH: u16 = 32997;
pub(crate) const TILE_DEPTH: u16 = 32998;
pub(crate) const COPYRIGHT: u16 = 33432;
pub(crate) const EXIF_IFD: u16 = 34665;
pub(crate) const ICC_PROFILE: u16 = 34675;
pub(crate) const GPS_IFD: u16 = 34853;
pub(crate) const INTEROPERABILITY_IFD: u16 = 40965;
pub(crate) const GDAL_NODATA: u16 = 42113;
pub(crate) const LERC_PARAMETERS: u16 = 50674;

/// The name of a tag of an image or Exif IFD, with its number: `273 StripOffsets`. For messages.
pub(crate) struct Tag(pub(crate) u16);

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match name(self.0) {
            Some(name) => write!(f, "tag {} {name}", self.0),
            None => write!(f, "tag {}", self.0),
        }
    }
}

/// The name of a tag of an image or Exif IFD.
pub(crate) fn name(tag: u16) -> Option<&'static str> {
    look_up(NAMES, tag)
}

/// The name of a tag of a GPS IFD.
pub(crate) fn gps_name(tag: u16) -> Option<&'static str> {
    GPS_NAMES.get(usize::from(tag)).copied()
}

/// The name of a tag of an interoperability IFD.
pub(crate) fn interoperability_name(tag: u16) -> Option<&'static str> {
    look_up(INTEROPERABILITY_NAMES, tag)
}

fn look_up(names: &[(u16, &'static str)], tag: u16) -> Option<&'static str> {
    let index = names.binary_search_by_key(&tag, |entry| entry.0).ok()?;
    names.get(index).map(|entry| entry.1)
}

/// The type of the values of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldType {
    Byte,
    Ascii,
    Short,
    Long,
    Rational,
    SByte,
    Undefined,
    SShort,
    SLong,
    SRational,
    Float,
    Double,
    Ifd,
    Long8,
    SLong8,
    Ifd8,
}

impl FieldType {
    /// The type of a number; `None` for numbers that are not known.
    pub(crate) const fn from_number(number: u16) -> Option<Self> {
        Some(match number {
            1 => Self::Byte,
            2 => Self::Ascii,
            3 => Self::Short,
            4 => Self::Long,
            5 => Self::Rational,
            6 => Self::SByte,
            7 => Self::Undefined,
            8 => Self::SShort,
            9 => Self::SLong,
            10 => Self::SRational,
            11 => Self::Float,
            12 => Self::Double,
            13 => Self::Ifd,
            16 => Self::Long8,
            17 => Self::SLong8,
            18 => Self::Ifd8,
            _ => return None,
        })
    }

    /// The number of the type.
    pub(crate) const fn number(self) -> u16 {
        match self {
            Self::Byte => 1,
            Self::Ascii => 2,
            Self::Short => 3,
            Self::Long => 4,
            Self::Rational => 5,
            Self::SByte => 6,
            Self::Undefined => 7,
            Self::SShort => 8,
            Self::SLong => 9,
            Self::SRational => 10,
            Self::Float => 11,
            Self::Double => 12,
            Self::Ifd => 13,
            Self::Long8 => 16,
            Self::SLong8 => 17,
            Self::Ifd8 => 18,
        }
    }

    /// Bytes of one value.
    pub(crate) const fn size(self) -> usize {
        match self {
            Self::Byte | Self::Ascii | Self::SByte | Self::Undefined => 1,
            Self::Short | Self::SShort => 2,
            Self::Long | Self::SLong | Self::Float | Self::Ifd => 4,
            Self::Rational | Self::SRational | Self::Double | Self::Long8 | Self::SLong8 | Self::Ifd8 => 8,
        }
    }

    /// The name that the specification uses.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Byte => "BYTE",
            Self::Ascii => "ASCII",
            Self::Short => "SHORT",
            Self::Long => "LONG",
            Self::Rational => "RATIONAL",
            Self::SByte => "SBYTE",
            Self::Undefined => "UNDEFINED",
            Self::SShort => "SSHORT",
            Self::SLong => "SLONG",
            Self::SRational => "SRATIONAL",
            Self::Float => "FLOAT",
            Self::Double => "DOUBLE",
            Self::Ifd => "IFD",
            Self::Long8 => "LONG8",
            Self::SLong8 => "SLONG8",
            Self::Ifd8 => "IFD8",
        }
    }
}

/// Sorted by number.
const NAMES: &[(u16, &str)] = &[
    (254, "NewSubfileType"),
    (255, "SubfileType"),
    (256, "ImageWidth"),
    (257, "ImageLength"),
    (258, "BitsPerSample"),
    (259, "Compression"),
    (262, "PhotometricInterpretation"),
    (263, "Threshholding"),
    (264, "CellWidth"),
    (265, "CellLength"),
    (266, "FillOrder"),
    (269, "DocumentName"),
    (270, "ImageDescription"),
    (271, "Make"),
    (272, "Model"),
    (273, "StripOffsets"),
    (274, "Orientation"),
    (277, "SamplesPerPixel"),
    (278, "RowsPerStrip"),
    (279, "StripByteCounts"),
    (280, "MinSampleValue"),
    (281, "MaxSampleValue"),
    (282, "XResolution"),
    (283, "YResolution"),
    (284, "PlanarConfiguration"),
    (285, "PageName"),
    (286, "XPosition"),
    (287, "YPosition"),
    (288, "FreeOffsets"),
    (289, "FreeByteCounts"),
    (290, "GrayResponseUnit"),
    (291, "GrayResponseCurve"),
    (292, "T4Options"),
    (293, "T6Options"),
    (296, "ResolutionUnit"),
    (297, "PageNumber"),
    (301, "TransferFunction"),
    (305, "Software"),
    (306, "DateTime"),
    (315, "Artist"),
    (316, "HostComputer"),
    (317, "Predictor"),
    (318, "WhitePoint"),
    (319, "PrimaryChromaticities"),
    (320, "ColorMap"),
    (321, "HalftoneHints"),
    (322, "TileWidth"),
    (323, "TileLength"),
    (324, "TileOffsets"),
    (325, "TileByteCounts"),
    (326, "BadFaxLines"),
    (327, "CleanFaxData"),
    (328, "ConsecutiveBadFaxLines"),
    (330, "SubIFDs"),
    (332, "InkSet"),
    (333, "InkNames"),
    (334, "NumberOfInks"),
    (336, "DotRange"),
    (337, "TargetPrinter"),
    (338, "ExtraSamples"),
    (339, "SampleFormat"),
    (340, "SMinSampleValue"),
    (341, "SMaxSampleValue"),
    (342, "TransferRange"),
    (343, "ClipPath"),
    (344, "XClipPathUnits"),
    (345, "YClipPathUnits"),
    (346, "Indexed"),
    (347, "JPEGTables"),
    (351, "OPIProxy"),
    (400, "GlobalParametersIFD"),
    (401, "ProfileType"),
    (402, "FaxProfile"),
    (403, "CodingMethods"),
    (404, "VersionYear"),
    (405, "ModeNumber"),
    (433, "Decode"),
    (434, "DefaultImageColor"),
    (512, "JPEGProc"),
    (513, "JPEGInterchangeFormat"),
    (514, "JPEGInterchangeFormatLength"),
    (515, "JPEGRestartInterval"),
    (517, "JPEGLosslessPredictors"),
    (518, "JPEGPointTransforms"),
    (519, "JPEGQTables"),
    (520, "JPEGDCTables"),
    (521, "JPEGACTables"),
    (529, "YCbCrCoefficients"),
    (530, "YCbCrSubSampling"),
    (531, "YCbCrPositioning"),
    (532, "ReferenceBlackWhite"),
    (559, "StripRowCounts"),
    (700, "XMP"),
    (18246, "Rating"),
    (18249, "RatingPercent"),
    (32781, "ImageID"),
    (32932, "WangAnnotation"),
    (32995, "Matteing"),
    (32996, "DataType"),
    (32997, "ImageDepth"),
    (32998, "TileDepth"),
    (33300, "ImageFullWidth"),
    (33301, "ImageFullLength"),
    (33302, "TextureFormat"),
    (33303, "TextureWrapModes"),
    (33421, "CFARepeatPatternDim"),
    (33422, "CFAPattern"),
    (33423, "BatteryLevel"),
    (33432, "Copyright"),
    (33434, "ExposureTime"),
    (33437, "FNumber"),
    (33445, "MDFileTag"),
    (33446, "MDScalePixel"),
    (33447, "MDColorTable"),
    (33448, "MDLabName"),
    (33449, "MDSampleInfo"),
    (33450, "MDPrepDate"),
    (33451, "MDPrepTime"),
    (33452, "MDFileUnits"),
    (33550, "ModelPixelScale"),
    (33628, "UIC1"),
    (33629, "UIC2"),
    (33630, "UIC3"),
    (33631, "UIC4"),
    (33723, "IPTC"),
    (33918, "INGRPacketData"),
    (33919, "INGRFlagRegisters"),
    (33920, "IrasBTransformationMatrix"),
    (33922, "ModelTiepoint"),
    (34118, "SEM"),
    (34264, "ModelTransformation"),
    (34361, "MMHeader"),
    (34362, "MMStamp"),
    (34377, "Photoshop"),
    (34412, "LSMInfo"),
    (34665, "ExifIFD"),
    (34675, "ICCProfile"),
    (34732, "ImageLayer"),
    (34735, "GeoKeyDirectory"),
    (34736, "GeoDoubleParams"),
    (34737, "GeoAsciiParams"),
    (34850, "ExposureProgram"),
    (34852, "SpectralSensitivity"),
    (34853, "GPSIFD"),
    (34855, "ISOSpeedRatings"),
    (34856, "OECF"),
    (34864, "SensitivityType"),
    (34865, "StandardOutputSensitivity"),
    (34866, "RecommendedExposureIndex"),
    (34867, "ISOSpeed"),
    (34908, "FaxRecvParams"),
    (34909, "FaxSubAddress"),
    (34910, "FaxRecvTime"),
    (34929, "FedexEDR"),
    (36864, "ExifVersion"),
    (36867, "DateTimeOriginal"),
    (36868, "DateTimeDigitized"),
    (36880, "OffsetTime"),
    (36881, "OffsetTimeOriginal"),
    (36882, "OffsetTimeDigitized"),
    (37121, "ComponentsConfiguration"),
    (37122, "CompressedBitsPerPixel"),
    (37377, "ShutterSpeedValue"),
    (37378, "ApertureValue"),
    (37379, "BrightnessValue"),
    (37380, "ExposureBiasValue"),
    (37381, "MaxApertureValue"),
    (37382, "SubjectDistance"),
    (37383, "MeteringMode"),
    (37384, "LightSource"),
    (37385, "Flash"),
    (37386, "FocalLength"),
    (37396, "SubjectArea"),
    (37439, "StoNits"),
    (37500, "MakerNote"),
    (37510, "UserComment"),
    (37520, "SubsecTime"),
    (37521, "SubsecTimeOriginal"),
    (37522, "SubsecTimeDigitized"),
    (37724, "ImageSourceData"),
    (37888, "Temperature"),
    (37889, "Humidity"),
    (37890, "Pressure"),
    (37891, "WaterDepth"),
    (37892, "Acceleration"),
    (37893, "CameraElevationAngle"),
    (40001, "MCTmd"),
    (40091, "XPTitle"),
    (40092, "XPComment"),
    (40093, "XPAuthor"),
    (40094, "XPKeywords"),
    (40095, "XPSubject"),
    (40960, "FlashpixVersion"),
    (40961, "ColorSpace"),
    (40962, "PixelXDimension"),
    (40963, "PixelYDimension"),
    (40964, "RelatedSoundFile"),
    (40965, "InteroperabilityIFD"),
    (41483, "FlashEnergy"),
    (41484, "SpatialFrequencyResponse"),
    (41486, "FocalPlaneXResolution"),
    (41487, "FocalPlaneYResolution"),
    (41488, "FocalPlaneResolutionUnit"),
    (41492, "SubjectLocation"),
    (41493, "ExposureIndex"),
    (41495, "SensingMethod"),
    (41728, "FileSource"),
    (41729, "SceneType"),
    (41730, "ExifCFAPattern"),
    (41985, "CustomRendered"),
    (41986, "ExposureMode"),
    (41987, "WhiteBalance"),
    (41988, "DigitalZoomRatio"),
    (41989, "FocalLengthIn35mmFilm"),
    (41990, "SceneCaptureType"),
    (41991, "GainControl"),
    (41992, "Contrast"),
    (41993, "Saturation"),
    (41994, "Sharpness"),
    (41995, "DeviceSettingDescription"),
    (41996, "SubjectDistanceRange"),
    (42016, "ImageUniqueID"),
    (42032, "CameraOwnerName"),
    (42033, "BodySerialNumber"),
    (42034, "LensSpecification"),
    (42035, "LensMake"),
    (42036, "LensModel"),
    (42037, "LensSerialNumber"),
    (42080, "CompositeImage"),
    (42112, "GDALMetadata"),
    (42113, "GDALNoData"),
    (42240, "Gamma"),
    (50215, "OceScanjobDescription"),
    (50216, "OceApplicationSelector"),
    (50217, "OceIdentificationNumber"),
    (50218, "OceImageLogicCharacteristics"),
    (50674, "LercParameters"),
    (50706, "DNGVersion"),
    (50707, "DNGBackwardVersion"),
    (50708, "UniqueCameraModel"),
    (50709, "LocalizedCameraModel"),
    (50710, "CFAPlaneColor"),
    (50711, "CFALayout"),
    (50712, "LinearizationTable"),
    (50713, "BlackLevelRepeatDim"),
    (50714, "BlackLevel"),
    (50715, "BlackLevelDeltaH"),
    (50716, "BlackLevelDeltaV"),
    (50717, "WhiteLevel"),
    (50718, "DefaultScale"),
    (50719, "DefaultCropOrigin"),
    (50720, "DefaultCropSize"),
    (50721, "ColorMatrix1"),
    (50722, "ColorMatrix2"),
    (50723, "CameraCalibration1"),
    (50724, "CameraCalibration2"),
    (50725, "ReductionMatrix1"),
    (50726, "ReductionMatrix2"),
    (50727, "AnalogBalance"),
    (50728, "AsShotNeutral"),
    (50729, "AsShotWhiteXY"),
    (50730, "BaselineExposure"),
    (50731, "BaselineNoise"),
    (50732, "BaselineSharpness"),
    (50733, "BayerGreenSplit"),
    (50734, "LinearResponseLimit"),
    (50735, "CameraSerialNumber"),
    (50736, "LensInfo"),
    (50737, "ChromaBlurRadius"),
    (50738, "AntiAliasStrength"),
    (50739, "ShadowScale"),
    (50740, "DNGPrivateData"),
    (50741, "MakerNoteSafety"),
    (50778, "CalibrationIlluminant1"),
    (50779, "CalibrationIlluminant2"),
    (50780, "BestQualityScale"),
    (50781, "RawDataUniqueID"),
    (50827, "OriginalRawFileName"),
    (50828, "OriginalRawFileData"),
    (50829, "ActiveArea"),
    (50830, "MaskedAreas"),
    (50838, "IJMetadataByteCounts"),
    (50839, "IJMetadata"),
    (50844, "RPCCoefficients"),
    (50879, "ColorimetricReference"),
    (50936, "ProfileName"),
    (50940, "ProfileToneCurve"),
    (50941, "ProfileEmbedPolicy"),
    (50942, "ProfileCopyright"),
    (50964, "ForwardMatrix1"),
    (50965, "ForwardMatrix2"),
    (50966, "PreviewApplicationName"),
    (50967, "PreviewApplicationVersion"),
    (50969, "PreviewSettingsDigest"),
    (50970, "PreviewColorSpace"),
    (50971, "PreviewDateTime"),
    (50972, "RawImageDigest"),
    (50973, "OriginalRawFileDigest"),
    (50974, "SubTileBlockSize"),
    (50975, "RowInterleaveFactor"),
    (51008, "OpcodeList1"),
    (51009, "OpcodeList2"),
    (51022, "OpcodeList3"),
    (51041, "NoiseProfile"),
    (51123, "MicroManagerMetadata"),
    (52545, "C2PAManifestStore"),
    (65420, "NDPIVersion"),
    (65421, "NDPIMagnification"),
    (65426, "NDPIMcuStarts"),
    (65432, "NDPIMcuStartsHighBytes"),
];

/// By number, from 0.
const GPS_NAMES: &[&str] = &[
    "GPSVersionID",
    "GPSLatitudeRef",
    "GPSLatitude",
    "GPSLongitudeRef",
    "GPSLongitude",
    "GPSAltitudeRef",
    "GPSAltitude",
    "GPSTimeStamp",
    "GPSSatellites",
    "GPSStatus",
    "GPSMeasureMode",
    "GPSDOP",
    "GPSSpeedRef",
    "GPSSpeed",
    "GPSTrackRef",
    "GPSTrack",
    "GPSImgDirectionRef",
    "GPSImgDirection",
    "GPSMapDatum",
    "GPSDestLatitudeRef",
    "GPSDestLatitude",
    "GPSDestLongitudeRef",
    "GPSDestLongitude",
    "GPSDestBearingRef",
    "GPSDestBearing",
    "GPSDestDistanceRef",
    "GPSDestDistance",
    "GPSProcessingMethod",
    "GPSAreaInformation",
    "GPSDateStamp",
    "GPSDifferential",
    "GPSHPositioningError",
];

/// Sorted by number.
const INTEROPERABILITY_NAMES: &[(u16, &str)] = &[
    (1, "InteroperabilityIndex"),
    (2, "InteroperabilityVersion"),
    (4096, "RelatedImageFileFormat"),
    (4097, "RelatedImageWidth"),
    (4098, "RelatedImageLength"),
];
