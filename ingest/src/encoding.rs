//! A body as it was before `Content-Encoding`.

use std::{borrow::Cow, io, io::Read};

use flate2::bufread::GzDecoder;

use crate::{
    refusal::{MAX_BODY_BYTES, Refusal},
    request::{Encoding, Request},
};

/// The request's body, unpacked if it is gzip, and never beyond the limit: a body that would be
/// larger is refused before it is.
pub(crate) fn unpacked(request: &Request) -> Result<Cow<'_, [u8]>, Refusal> {
    let body = request.body.as_ref();
    match request.encoding() {
        Encoding::Unknown => Err(Refusal::ContentEncoding),
        Encoding::Gzip if !body.is_empty() => gunzip(body).map(Cow::Owned),
        Encoding::Identity | Encoding::Gzip => Ok(Cow::Borrowed(body)),
    }
}

/// Several members are one body, and zeros may follow: gzip files are like that.
fn gunzip(mut packed: &[u8]) -> Result<Vec<u8>, Refusal> {
    if packed.len() > MAX_BODY_BYTES {
        return Err(Refusal::BodyTooLarge);
    }
    let mut body = Vec::new();
    loop {
        let mut member = GzDecoder::new(packed);
        // One byte past the limit tells "too large" from "just fits".
        let room = MAX_BODY_BYTES + 1 - body.len();
        member
            .by_ref()
            .take(room as u64)
            .read_to_end(&mut body)
            .map_err(Refusal::NotGzip)?;
        if body.len() > MAX_BODY_BYTES {
            return Err(Refusal::BodyTooLarge);
        }
        let rest = member.into_inner();
        if rest.iter().all(|&byte| byte == 0) {
            return Ok(body);
        }
        if !rest.starts_with(&[0x1f, 0x8b]) {
            return Err(Refusal::NotGzip(io::Error::other("bytes follow its end")));
        }
        packed = rest;
    }
}
