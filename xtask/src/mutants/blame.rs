//! Which mutant an error of the compiler is about.

use serde_json::Value;

use super::{instrument::Instrumented, report::Outcome, sites::Bytes};

/// The mutants to leave out for an error, and why; none when it is about something else.
pub(super) fn blame(error: &Value, written: &[(&str, Instrumented)]) -> Vec<(usize, Outcome)> {
    let mut places = Vec::new();
    add_places(error, &mut places);
    // first what the compiler points at, then what it mentions
    places.sort_by_key(|place| !place.is_primary);
    let places = places.iter().filter_map(|place| {
        let (_, file) = written.iter().find(|(name, _)| *name == place.file)?;
        Some((file, &place.bytes))
    });
    let places: Vec<(&Instrumented, &Bytes)> = places.collect();

    // the mutant's own text is wrong, or does not go with what stands beside it
    let is_beside = error["message"].as_str().is_some_and(|message| message.starts_with("`if` and `else`"));
    let own = if is_beside { Outcome::NoSwitch } else { Outcome::Unviable };
    let of_text = places.iter().map(|(file, bytes)| {
        let around = file.mutated.iter().filter(|(mutated, _)| within(bytes, mutated));
        around.map(|(_, number)| (*number, own)).collect::<Vec<_>>()
    });
    let of_site = places.iter().filter_map(|(file, bytes)| {
        let around = file.sites.iter().filter(|(site, _)| within(bytes, site)).min_by_key(|(site, _)| site.len());
        around.map(|(_, numbers)| numbers.iter().map(|number| (*number, Outcome::NoSwitch)).collect())
    });
    // what the compiler points at may be wider than a mutant
    let inside = places.iter().map(|(file, bytes)| {
        let inside = file.mutated.iter().filter(|(mutated, _)| within(mutated, bytes));
        inside.map(|(_, number)| (*number, Outcome::NoSwitch)).collect()
    });
    of_text.chain(of_site).chain(inside).find(|blamed| !blamed.is_empty()).unwrap_or_default()
}

fn within(inner: &Bytes, outer: &Bytes) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

struct Place<'a> {
    is_primary: bool,
    file: &'a str,
    bytes: Bytes,
}

/// The places of an error and of its notes, those behind macros too.
fn add_places<'a>(message: &'a Value, places: &mut Vec<Place<'a>>) {
    for span in message["spans"].as_array().into_iter().flatten() {
        let is_primary = span["is_primary"] == true;
        let mut next = span;
        while let Some(file) = next["file_name"].as_str() {
            let byte = |which: &str| next[which].as_u64().and_then(|byte| byte.try_into().ok()).unwrap_or_default();
            places.push(Place { is_primary, file, bytes: byte("byte_start")..byte("byte_end") });
            next = &next["expansion"]["span"];
        }
    }
    for note in message["children"].as_array().into_iter().flatten() {
        let from = places.len();
        add_places(note, places);
        places[from..].iter_mut().for_each(|place| place.is_primary = false);
    }
}
