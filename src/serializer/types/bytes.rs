use base64::{Engine, engine::general_purpose::STANDARD};

use super::super::{At, Json};

/// How bytes are read; they are a list of `u8`, and `u8` says so.
pub(super) fn read(json: Json<'_>, at: &mut At) -> Option<Vec<u8>> {
    json.string().and_then(|text| STANDARD.decode(&*text).ok()).or_else(|| at.refuse("Must be valid base64."))
}

pub(super) fn write(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(STANDARD.encode(bytes).as_bytes());
    out.push(b'"');
}
