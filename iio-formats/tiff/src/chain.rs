//! The chain of IFDs, walked as far as it is asked for, and sorted into images and levels.

use std::collections::HashSet;

use iio_codec::{Blame, Limits, Result};
use iio_core::{Known, Step};

use crate::fetch::Bytes;
use crate::header::{self, Header};
use crate::ifd::{self, Ifd};
use crate::page::{self, Page};
use crate::{FORMAT, OpenOptions, tag};

/// Where an IFD stands, and what it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) at: u64,
    /// Position in the chain.
    pub(crate) page: usize,
    /// Position among the SubIFDs of that page.
    pub(crate) sub: Option<usize>,
}

impl core::fmt::Display for Place {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.sub {
            None => write!(f, "page {}", self.page),
            Some(sub) => write!(f, "page {}, sub-ifd {sub}", self.page),
        }
    }
}

/// An image: its IFD, and IFDs of the chain that are levels of it.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    pub(crate) place: Place,
    pub(crate) levels: Vec<Place>,
    mask: bool,
    /// Neither reduced nor a mask: nothing behind it belongs to an image before it.
    full: bool,
}

/// Bit 0 of NewSubfileType: a reduced version of another image.
const REDUCED: u64 = 1;
/// Bit 2 of NewSubfileType: a transparency mask of another image.
const MASK: u64 = 4;

/// The chain as far as it is known.
pub(crate) struct Chain {
    header: Header,
    limits: Limits,
    options: OpenOptions,
    images: Vec<Image>,
    seen: HashSet<u64>,
    n_pages: usize,
    /// The file is a slide of Aperio (SVS), whose levels are full images by their tags.
    aperio: bool,
    /// Offset of the next IFD; `None` at the end.
    next: Option<u64>,
}

impl Chain {
    /// Parses the header.
    pub(crate) fn open(bytes: &mut Bytes, limits: Limits, options: OpenOptions) -> Result<Self> {
        let header = bytes.drive(header::parse)?;
        if header.first == 0 {
            return Err(FORMAT.malformed("file has no IFD, the offset of the first is 0").at(4u64));
        }
        let next = Some(header.first);
        Ok(Self { header, limits, options, images: Vec::new(), seen: HashSet::new(), n_pages: 0, aperio: false, next })
    }

    pub(crate) const fn header(&self) -> Header {
        self.header
    }

    /// The number of images: walks to the end.
    pub(crate) fn n_images(&mut self, bytes: &mut Bytes) -> Result<usize> {
        while self.advance(bytes)? {}
        Ok(self.images.len())
    }

    /// Image `index`: walks up to it.
    pub(crate) fn image(&mut self, bytes: &mut Bytes, index: usize) -> Result<&Image> {
        while self.images.len() <= index && self.advance(bytes)? {}
        let n = self.images.len();
        self.images
            .get(index)
            .ok_or_else(|| FORMAT.invalid_argument(format!("there is no image {index}, the file has {n}")))
    }

    /// IFDs that may be levels of image `index`, from its SubIFDs and from behind it. A break of the chain behind the
    /// image ends the search.
    pub(crate) fn candidates(&mut self, bytes: &mut Bytes, index: usize, page: &Page) -> Result<Vec<Place>> {
        let place = self.image(bytes, index)?.place;
        if !self.options.levels {
            return Ok(Vec::new());
        }
        let settled =
            |chain: &Self| !chain.aperio && chain.images.get(index + 1..).unwrap_or(&[]).iter().any(|image| image.full);
        while !settled(self) && matches!(self.advance(bytes), Ok(true)) {}
        let mut places = if place.sub.is_none() { self.sub_ifds(bytes, page, place.page)? } else { Vec::new() };
        places.extend(self.image(bytes, index)?.levels.iter().copied());
        Ok(places)
    }

    /// The page at a place.
    pub(crate) fn page(&self, bytes: &mut Bytes, place: Place) -> Result<Page> {
        let (header, limits) = (self.header, self.limits);
        let parse = |known: &Known| {
            let ifd = need!(ifd::parse(known, header, place.at, &limits));
            page::parse(known, header, &ifd, &limits)
        };
        bytes.drive(parse).map_err(|error| error.within(place))
    }

    /// Takes the next IFD of the chain; false at the end.
    fn advance(&mut self, bytes: &mut Bytes) -> Result<bool> {
        let Some(at) = self.next else { return Ok(false) };
        match self.take(bytes, at) {
            Ok(()) => Ok(true),
            Err(_) if self.options.lenient_chain && self.n_pages > 0 => {
                self.next = None;
                Ok(false)
            }
            Err(error) => Err(error.within(format_args!("page {}", self.n_pages))),
        }
    }

    fn take(&mut self, bytes: &mut Bytes, at: u64) -> Result<()> {
        let (header, limits) = (self.header, self.limits);
        let parse = |known: &Known| {
            let ifd = need!(ifd::parse(known, header, at, &limits));
            // A subfile type that cannot be read is none.
            let subfile_type = match page::subfile_type(known, header, &ifd) {
                Ok(step) => need!(Ok(step)),
                Err(_) => 0,
            };
            Ok(Step::Done((ifd, subfile_type)))
        };
        let (ifd, subfile_type) = bytes.drive(parse)?;
        if self.n_pages == 0 && self.options.levels {
            self.aperio = bytes.drive(|known| is_aperio(known, &ifd)).unwrap_or(false);
        }
        let place = Place { at, page: self.n_pages, sub: None };
        self.seen.insert(at);
        self.n_pages += 1;
        // A chain that comes back to itself ends there: all that it leads to was seen, nothing is missing.
        self.next = Some(ifd.next).filter(|next| *next != 0 && !self.seen.contains(next));
        self.sort(bytes, place, subfile_type);
        if self.options.sub_images {
            self.add_sub_images(bytes, &ifd, place);
        }
        Ok(())
    }

    /// Makes a page a level of an image before it, or an image of its own.
    fn sort(&mut self, bytes: &mut Bytes, place: Place, subfile_type: u64) {
        let (reduced, mask) = (subfile_type & REDUCED != 0, subfile_type & MASK != 0);
        if self.aperio
            && let Some(full) = self.images.first().map(|image| image.place)
            && let (Ok(full), Ok(page)) = (self.page(bytes, full), self.page(bytes, place))
            && page.tiled
            && page.is_level_of(&full)
            && let Some(image) = self.images.first_mut()
        {
            image.levels.push(place);
            return;
        }
        let before = self.images.iter().rposition(|image| image.mask == mask);
        if self.options.levels
            && reduced
            && let Some(index) = before
            && let Some(full) = self.images.get(index).map(|image| image.place)
            && let (Ok(full), Ok(page)) = (self.page(bytes, full), self.page(bytes, place))
            && page.is_level_of(&full)
            && let Some(image) = self.images.get_mut(index)
        {
            image.levels.push(place);
            return;
        }
        self.images.push(Image { place, levels: Vec::new(), mask, full: !reduced && !mask });
    }

    /// Adds the SubIFDs of a page that are no levels of it as images.
    fn add_sub_images(&mut self, bytes: &mut Bytes, ifd: &Ifd, parent: Place) {
        if ifd.find(tag::SUB_IFDS).is_none() {
            return;
        }
        let Ok(full) = self.page(bytes, parent) else { return };
        for place in self.sub_ifds(bytes, &full, parent.page).unwrap_or_default() {
            let Ok(page) = self.page(bytes, place) else { continue };
            if !self.options.levels || !page.is_level_of(&full) {
                self.images.push(Image { place, levels: Vec::new(), mask: false, full: true });
            }
        }
    }

    /// The SubIFDs of a page. A single one may be the first of a chain.
    fn sub_ifds(&self, bytes: &mut Bytes, page: &Page, number: usize) -> Result<Vec<Place>> {
        /// A pyramid halves with each level: 64 bits have no more.
        const MOST: u64 = 64;
        let Some(entry) = page.sub_ifds else { return Ok(Vec::new()) };
        let order = self.header.order;
        let mut offsets = bytes.drive(|known| entry.uints(known, order, 0..entry.count.min(MOST)))?;
        if let &[only] = offsets.as_slice() {
            let mut seen = HashSet::from([only]);
            let mut at = only;
            while (seen.len() as u64) < MOST {
                let Ok(ifd) = bytes.drive(|known| ifd::parse(known, self.header, at, &self.limits)) else { break };
                at = ifd.next;
                if at == 0 || !seen.insert(at) {
                    break;
                }
                offsets.push(at);
            }
        }
        let places = offsets.into_iter().enumerate();
        Ok(places.map(|(sub, at)| Place { at, page: number, sub: Some(sub) }).collect())
    }
}

/// True for a tiled page with the description that the scanners of Aperio write: behind it stand a thumbnail in strips,
/// tiled levels, label and overview in strips.
fn is_aperio(known: &Known, ifd: &Ifd) -> Result<Step<bool>> {
    const SIGN: &[u8] = b"Aperio ";
    let Some(entry) = ifd.find(tag::IMAGE_DESCRIPTION).filter(|entry| entry.count >= SIGN.len() as u64) else {
        return Ok(Step::Done(false));
    };
    let found = need!(entry.raw(known, 0..SIGN.len() as u64));
    Ok(Step::Done(found == SIGN && ifd.find(tag::TILE_WIDTH).is_some()))
}
