//! An object's bytes become text.

use std::{borrow::Cow, io::Read};

use flate2::read::MultiGzDecoder;

use super::reject::Reason;

/// Most text that one object may hold, unpacked.
pub const MAX_TEXT_BYTES: usize = 64 * 1024 * 1024;

const GZIP: &[u8] = &[0x1f, 0x8b];
/// A file packed twice happens (a `.gz` uploaded with `Content-Encoding: gzip`);
/// more often is an attack.
const MAX_LAYERS: usize = 2;

/// The text of an object: gzip (known by its first bytes, whatever the key and
/// headers say) is unpacked, a byte order mark dropped. Bytes that are no UTF-8
/// become U+FFFD, like lone surrogates: one bad byte does not cost an event.
pub fn unpack(bytes: &[u8]) -> Result<Cow<'_, str>, Reason> {
    unpack_within(bytes, MAX_TEXT_BYTES)
}

fn unpack_within(bytes: &[u8], limit_bytes: usize) -> Result<Cow<'_, str>, Reason> {
    let mut bytes = Cow::Borrowed(bytes);
    for _ in 0..MAX_LAYERS {
        if !bytes.starts_with(GZIP) {
            break;
        }
        bytes = Cow::Owned(gunzip(&bytes, limit_bytes)?);
    }
    if bytes.len() > limit_bytes {
        return Err(Reason::TooLarge { limit_bytes });
    }
    let text = match bytes {
        Cow::Borrowed(bytes) => readable(bytes),
        Cow::Owned(bytes) => Cow::Owned(
            String::from_utf8(bytes)
                .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
        ),
    };
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_start_matches('\u{feff}')),
        Cow::Owned(text) if text.starts_with('\u{feff}') => {
            Cow::Owned(text.trim_start_matches('\u{feff}').to_owned())
        }
        text @ Cow::Owned(_) => text,
    };
    if text.trim().is_empty() {
        return Err(Reason::Empty);
    }
    Ok(text)
}

/// The bytes as text; what is none replaced.
fn readable(bytes: &[u8]) -> Cow<'_, str> {
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

fn gunzip(packed: &[u8], limit_bytes: usize) -> Result<Vec<u8>, Reason> {
    let mut text = Vec::new();
    // One byte past the limit tells "too large" from "just fits".
    MultiGzDecoder::new(packed)
        .take(limit_bytes as u64 + 1)
        .read_to_end(&mut text)
        .map_err(|error| Reason::Gzip(error.to_string()))?;
    if text.len() > limit_bytes {
        return Err(Reason::TooLarge { limit_bytes });
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use rstest::rstest;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[rstest]
    #[case::plain(b"{}".to_vec(), "{}")]
    #[case::byte_order_mark(b"\xef\xbb\xbf{}".to_vec(), "{}")]
    #[case::gzip(gzip(b"{}"), "{}")]
    #[case::gzip_and_mark(gzip(b"\xef\xbb\xbf{}"), "{}")]
    #[case::gzip_twice(gzip(&gzip(b"{}")), "{}")]
    #[case::gzip_members([gzip(b"{}\n"), gzip(b"{}")].concat(), "{}\n{}")]
    #[case::bad_byte(b"a\xffb".to_vec(), "a\u{fffd}b")]
    #[case::bad_byte_in_gzip(gzip(b"a\xffb"), "a\u{fffd}b")]
    fn text_comes_out(#[case] bytes: Vec<u8>, #[case] expected: &str) {
        assert_eq!(unpack(&bytes).unwrap(), expected);
    }

    #[rstest]
    #[case::nothing(b"".to_vec())]
    #[case::white_space(b" \r\n\t ".to_vec())]
    #[case::only_a_mark(b"\xef\xbb\xbf".to_vec())]
    #[case::gzip_of_nothing(gzip(b""))]
    fn nothing_is_empty(#[case] bytes: Vec<u8>) {
        assert_eq!(unpack(&bytes), Err(Reason::Empty));
    }

    #[test]
    fn a_cut_gzip_is_damaged() {
        let mut packed = gzip(&b"0123456789".repeat(1_000));
        packed.truncate(packed.len() / 2);
        assert!(matches!(unpack(&packed), Err(Reason::Gzip(_))));
    }

    #[test]
    fn a_bomb_is_too_large_before_it_is_unpacked() {
        let packed = gzip(&vec![b' '; 1_000_001]);
        let limit_bytes = 1_000_000;
        assert_eq!(
            unpack_within(&packed, limit_bytes),
            Err(Reason::TooLarge { limit_bytes })
        );
        assert_eq!(
            unpack_within(&gzip(&[b'x'; 1_000]), 1_000).unwrap().len(),
            1_000
        );
        assert_eq!(
            unpack_within(&[b'x'; 11], 10),
            Err(Reason::TooLarge { limit_bytes: 10 })
        );
    }
}
