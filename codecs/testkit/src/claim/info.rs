//! The description tells the truth.

use std::collections::BTreeSet;

use iio_codec::{AnyCodec, CodecId, CodecInfo, CodecKind, Config, Directions, ErrorKind, Result};

use crate::trial::{Trial, is_refusal};

pub(super) fn test(trial: &Trial<'_>) {
    let info = trial.suite.info;
    names(trial, info);
    for id in info.ids.iter().copied().chain(info.aliases.iter().map(|alias| CodecId::Name(alias))) {
        let label = || format!("create by {id}");
        match trial.attempt(label, || info.create(&id, &Config::new())) {
            Some(Ok(codec)) => {
                trial.expect(kind(&codec) == info.kind, || format!("{}: kind {:?}", label(), kind(&codec)));
            }
            Some(Err(error)) => trial.expect(is_refusal(&error), || format!("{}: {error:?}", label())),
            None => {}
        }
    }
    for (set, codec) in trial.codecs() {
        let same = std::ptr::eq(codec.info(), info) && kind(&codec) == info.kind;
        trial.expect(same, || format!("{}: the codec is {:?} of kind {:?}", set.name, codec.info().name, kind(&codec)));
        workers(trial, &set.name, info, &codec);
    }
    if let Some(backend) = info.backend {
        let told = trial.attempt(|| "backend".to_owned(), backend);
        trial.expect(told.is_some_and(|text| !text.trim().is_empty()), || "the backend has no name".to_owned());
    }
}

fn names(trial: &Trial<'_>, info: &CodecInfo) {
    let plain = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.'))
    };
    let names: Vec<_> = core::iter::once(info.name).chain(info.aliases.iter().copied()).collect();
    for name in &names {
        trial.expect(plain(name), || format!("the name \"{name}\" is not of lower-case letters and digits"));
    }
    trial.expect(names.iter().collect::<BTreeSet<_>>().len() == names.len(), || {
        format!("a name occurs twice: {names:?}")
    });
    let ids: BTreeSet<_> = info.ids.iter().collect();
    trial.expect(ids.len() == info.ids.len(), || format!("an id occurs twice: {:?}", info.ids));
    trial.expect(!info.title.is_empty() && !info.title.ends_with('.'), || format!("the title is \"{}\"", info.title));
    trial.expect(info.max_ratio != Some(0), || "max_ratio is 0".to_owned());
}

const fn kind(codec: &AnyCodec) -> CodecKind {
    match codec {
        AnyCodec::Bytes(_) => CodecKind::Bytes,
        AnyCodec::Array(_) => CodecKind::Array,
        AnyCodec::Filter(_) => CodecKind::Filter,
    }
}

/// The workers are those that `directions` promises, and name the same description.
fn workers(trial: &Trial<'_>, set: &str, info: &'static CodecInfo, codec: &AnyCodec) {
    let label = || set.to_owned();
    let made = trial.attempt(label, || match codec {
        AnyCodec::Bytes(codec) => {
            (codec.decoder().map(|worker| worker.info()), codec.encoder().map(|worker| worker.info()))
        }
        AnyCodec::Array(codec) => {
            (codec.decoder().map(|worker| worker.info()), codec.encoder().map(|worker| worker.info()))
        }
        AnyCodec::Filter(codec) => {
            (codec.decoder().map(|worker| worker.info()), codec.encoder().map(|worker| worker.info()))
        }
    });
    let Some((decoder, encoder)) = made else { return };
    let fits = |made: &Result<&CodecInfo>, promised: bool| match made {
        Ok(of) => promised && std::ptr::eq(*of, info),
        Err(error) => !promised && error.kind() == ErrorKind::Unsupported,
    };
    let text = |made: Result<&CodecInfo>| made.map(|info| info.name);
    let decodes = fits(&decoder, info.directions != Directions::Encode);
    trial.expect(decodes, || format!("{set}: {:?}, but the decoder is {:?}", info.directions, text(decoder)));
    let encodes = fits(&encoder, info.directions != Directions::Decode);
    trial.expect(encodes, || format!("{set}: {:?}, but the encoder is {:?}", info.directions, text(encoder)));
}
