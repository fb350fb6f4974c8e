//! What a file says beside its pixels.

use iio_codec::{Blame, Limits, Result};
use iio_core::{MetaValue, Metadata, Resolution, ResolutionUnit, Source};
use iio_jpeg2k::{DecodeOptions, Info, Progression};

use crate::FORMAT;
use crate::boxes::{Item, Walk, children, uuid};
use crate::colour::{Space, has_alpha};
use crate::stream::Headers;

/// Reads the metadata of the image.
pub(crate) fn read(source: &Source, headers: &Headers, options: &DecodeOptions, limits: &Limits) -> Result<Metadata> {
    let info = headers.info()?;
    let mut found = Found { meta: Metadata::default(), left: limits.metadata_bytes, limits: *limits };
    found.describe(&info, options);
    found.meta.tag_u("bits_per_sample", headers.header(options)?.bits.into());
    for (kind, body) in headers.boxes() {
        // Methods 2 and 3 are ICC profiles; the second one is of Part 2.
        if let (b"colr", [2 | 3, _, _, profile @ ..]) = (&kind, body) {
            found.meta.icc_profile.get_or_insert_with(|| profile.to_vec());
        }
    }
    found.resolution(&info);
    found.comments(info.codestream);
    if info.is_jp2 {
        found.boxes(source)?;
    }
    Ok(found.meta)
}

trait Tags {
    fn tag_v(&mut self, name: &str, value: MetaValue);

    fn tag_u(&mut self, name: &str, value: u64) {
        self.tag_v(name, MetaValue::Uint(value));
    }

    fn tag_t(&mut self, name: &str, value: &str) {
        self.tag_v(name, MetaValue::Text(value.to_owned()));
    }
}

impl Tags for Metadata {
    fn tag_v(&mut self, name: &str, value: MetaValue) {
        self.tags.push((name.to_owned(), value));
    }
}

struct Found {
    meta: Metadata,
    /// Bytes that may still be kept.
    left: u64,
    limits: Limits,
}

impl Found {
    /// The code stream's own properties.
    fn describe(&mut self, info: &Info<'_>, options: &DecodeOptions) {
        let meta = &mut self.meta;
        let list = |values: &[u64]| MetaValue::List(values.iter().copied().map(MetaValue::Uint).collect());
        let (size, coding) = (&info.size, &info.coding);
        meta.tag_t("container", if info.is_jp2 { "jp2" } else { "j2k" });
        meta.tag_t("colour_space", Space::of(info, options).name());
        if let iio_jpeg2k::Colour::Enumerated(number) = info.colour {
            meta.tag_u("enumerated_colour_space", number.into());
        }
        meta.tag_v("alpha", MetaValue::Bool(has_alpha(info)));
        let bits: Vec<_> = size.components().take(16).map(|component| component.precision.into()).collect();
        meta.tag_v("component_bits", list(&bits));
        meta.tag_u("components", size.n_components() as u64);
        meta.tag_v("tile", list(&size.tile.map(u64::from)));
        meta.tag_u("decomposition_levels", coding.levels.into());
        meta.tag_u("layers", coding.n_layers.into());
        let progression = match coding.progression {
            Progression::Lrcp => "lrcp",
            Progression::Rlcp => "rlcp",
            Progression::Rpcl => "rpcl",
            Progression::Pcrl => "pcrl",
            Progression::Cprl => "cprl",
        };
        meta.tag_t("progression", progression);
        meta.tag_v("code_block", list(&coding.code_block.map(|bits| 1 << bits.min(63))));
        meta.tag_v("reversible", MetaValue::Bool(coding.reversible));
        meta.tag_v("component_transform", MetaValue::Bool(coding.component_transform));
        meta.tag_v("high_throughput", MetaValue::Bool(info.high_throughput));
        if let Some(palette) = info.palette.filter(|_| !options.palette) {
            meta.palette = colour_map(&palette);
        }
    }

    fn resolution(&mut self, info: &Info<'_>) {
        let float = |[y, x]: [f64; 2]| MetaValue::List(vec![MetaValue::Float(x), MetaValue::Float(y)]);
        if let Some(pair) = info.capture_resolution {
            self.meta.tag_v("capture_resolution", float(pair));
        }
        if let Some(pair) = info.display_resolution {
            self.meta.tag_v("display_resolution", float(pair));
        }
        let preferred = info.capture_resolution.or(info.display_resolution);
        self.meta.resolution = preferred.map(|[y, x]| Resolution { x, y, unit: ResolutionUnit::Metre });
    }

    /// COM segments of the main header (A.9.2), which is whole.
    fn comments(&mut self, codestream: &[u8]) {
        const COM: u16 = 0xff64;
        const SOT: u16 = 0xff90;
        let word = |at: usize| codestream.get(at..).and_then(|b| b.first_chunk()).map(|b| u16::from_be_bytes(*b));
        let mut at = 2;
        while let (Some(marker), Some(len)) = (word(at), word(at + 2)) {
            if marker == SOT || len < 2 {
                break;
            }
            let end = at + 2 + usize::from(len);
            match (marker, codestream.get(at + 4..end)) {
                (COM, Some([0, 1, latin @ ..])) => {
                    let text: String = latin.iter().map(|&byte| char::from(byte)).collect();
                    self.meta.text.push(("comment".to_owned(), text.trim_end_matches('\0').to_owned()));
                }
                (COM, Some([_, _, binary @ ..])) => {
                    self.meta.tag_v("comment", MetaValue::Bytes(binary.to_vec()));
                }
                _ => {}
            }
            at = end;
        }
    }

    /// The boxes of the file, in front of the code stream and behind it.
    fn boxes(&mut self, source: &Source) -> Result<()> {
        let mut walk = Walk::new(source, &self.limits);
        let mut behind = false;
        loop {
            let item = match walk.next() {
                Ok(Some(item)) => item,
                Ok(None) => return Ok(()),
                // The image is whole by then.
                Err(_) if behind => return Ok(()),
                Err(error) => return Err(error),
            };
            behind |= &item.kind == b"jp2c";
            if matches!(&item.kind, b"ftyp" | b"xml " | b"uuid" | b"asoc") {
                let body = self.fetch(source, &item)?;
                self.take(&item.kind, &body, 0)?;
            }
        }
    }

    fn fetch<'a>(&mut self, source: &'a Source, item: &Item) -> Result<std::borrow::Cow<'a, [u8]>> {
        let len = item.body.end - item.body.start;
        self.left = self.left.checked_sub(len).ok_or_else(|| {
            let what = format!("box {}", item.kind.escape_ascii());
            FORMAT.limit(what, "metadata_bytes", len, self.left).at(item.start)
        })?;
        source.read(item.body.clone())
    }

    fn take(&mut self, kind: &[u8; 4], body: &[u8], depth: u32) -> Result<()> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned();
        match kind {
            b"ftyp" => {
                if let Some(brand) = body.get(..4) {
                    self.meta.tag_t("brand", text(brand).trim_end());
                }
            }
            b"xml " => self.meta.tag_t(if depth == 0 { "xml" } else { "associated_xml" }, &text(body)),
            b"lbl " => self.meta.tag_t("label", &text(body)),
            b"uuid" => self.uuid(body),
            // GMLJP2 nests them: a label, and what it goes with.
            b"asoc" if depth >= self.limits.depth => {
                let (deep, limit) = (u64::from(depth) + 1, self.limits.depth.into());
                return Err(FORMAT.limit("asoc boxes", "depth", deep, limit));
            }
            b"asoc" => {
                for (kind, body) in children(body) {
                    self.take(&kind, body, depth + 1)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn uuid(&mut self, body: &[u8]) {
        let Some((id, body)) = body.split_first_chunk::<16>() else { return };
        let bytes = || MetaValue::Bytes(body.to_vec());
        match *id {
            uuid::XMP if self.meta.xmp.is_none() => self.meta.xmp = Some(body.to_vec()),
            uuid::EXIF if self.meta.exif.is_none() => {
                // Some writers keep the prefix that JPEG files have.
                self.meta.exif = Some(body.strip_prefix(b"Exif\0\0").unwrap_or(body).to_vec());
            }
            uuid::GEOJP2 => self.meta.tag_v("geojp2", bytes()),
            uuid::IPTC => self.meta.tag_v("iptc", bytes()),
            id => {
                let name: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
                self.meta.tag_v(&format!("uuid {name}"), bytes());
            }
        }
    }
}

/// The palette as red, green and blue of 16 bits; `None` if it has another number of columns.
fn colour_map(palette: &iio_jpeg2k::Palette<'_>) -> Option<Vec<[u16; 3]>> {
    let column = |index: u8| -> Option<Vec<u16>> {
        let (bits, signed) = palette.depth(index)?;
        let most = (1u64 << bits.min(32)) - 1;
        let wide = |value: i64| u16::try_from(u64::try_from(value).unwrap_or(0).min(most) * 65535 / most).ok();
        if signed { None } else { palette.column(index).map(wide).collect() }
    };
    let columns = [column(0)?, column(1)?, column(2)?];
    let [red, green, blue] = &columns;
    Some(red.iter().zip(green).zip(blue).map(|((&r, &g), &b)| [r, g, b]).collect())
}
