//! An object's bytes become text.

use std::{borrow::Cow, io::Read};

use flate2::bufread::GzDecoder;

use super::reject::Reason;

/// Most text that one object may hold, unpacked.
pub const MAX_TEXT_BYTES: usize = 64 * 1024 * 1024;

const GZIP: &[u8] = &[0x1f, 0x8b];
/// A file packed twice happens (a `.gz` uploaded with `Content-Encoding: gzip`);
/// more often is an attack.
const MAX_LAYERS: usize = 2;

/// The text of an object: gzip (known by its first bytes, whatever the key and
/// headers say) is unpacked, UTF-16 (known by its mark, or by what JSON begins with)
/// decoded, a byte order mark dropped. Bytes that are no UTF-8
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
    if let Some(units) = utf16(&bytes) {
        return text_of_units(&units, limit_bytes);
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

/// The units of UTF-16; none when it is another encoding.
fn utf16(bytes: &[u8]) -> Option<Vec<u16>> {
    let (units, is_little) = match bytes {
        [0xff, 0xfe, units @ ..] => (units, true),
        [0xfe, 0xff, units @ ..] => (units, false),
        [b'{' | b'[', 0, ..] => (bytes, true),
        [0, b'{' | b'[', ..] => (bytes, false),
        _ => return None,
    };
    let unit = |pair: &[u8]| {
        let pair = [pair[0], pair[1]];
        if is_little {
            u16::from_le_bytes(pair)
        } else {
            u16::from_be_bytes(pair)
        }
    };
    Some(units.chunks_exact(2).map(unit).collect())
}

fn text_of_units(units: &[u16], limit_bytes: usize) -> Result<Cow<'static, str>, Reason> {
    let text = String::from_utf16_lossy(units);
    if text.len() > limit_bytes {
        return Err(Reason::TooLarge { limit_bytes });
    }
    if text.trim().is_empty() {
        return Err(Reason::Empty);
    }
    Ok(Cow::Owned(text))
}

/// The bytes as text; what is none replaced.
fn readable(bytes: &[u8]) -> Cow<'_, str> {
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// Unpacks every member. What follows the last, such as the padding of a tape or a block, is left
/// out with a warning, as `gzip` does it; a member that is cut off or does not agree with its
/// checksum is damage.
fn gunzip(packed: &[u8], limit_bytes: usize) -> Result<Vec<u8>, Reason> {
    let mut text = Vec::new();
    let mut rest = packed;
    while rest.starts_with(GZIP) {
        let mut member = GzDecoder::new(rest);
        // One byte past the limit tells "too large" from "just fits".
        let left = (limit_bytes + 1).saturating_sub(text.len());
        member
            .by_ref()
            .take(left as u64)
            .read_to_end(&mut text)
            .map_err(|error| Reason::Gzip(error.to_string()))?;
        if text.len() > limit_bytes {
            return Err(Reason::TooLarge { limit_bytes });
        }
        rest = member.into_inner();
    }
    if rest.iter().any(|&byte| byte != 0) {
        tracing::warn!(
            bytes = rest.len(),
            "what follows the last gzip member is left out"
        );
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::io::Write;

    use flate2::{Compression, GzBuilder, write::GzEncoder};
    use rstest::rstest;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// As `gzip -N` and its like write: a name, a comment, extra fields, a checksum of them.
    fn gzip_with_headers(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzBuilder::new()
            .filename("events.json")
            .comment("from a tool")
            .extra(vec![1, 2, 3])
            .mtime(1)
            .write(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn utf16_of(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[rstest]
    #[case::plain(b"{}".to_vec(), "{}")]
    #[case::byte_order_mark(b"\xef\xbb\xbf{}".to_vec(), "{}")]
    #[case::gzip(gzip(b"{}"), "{}")]
    #[case::gzip_and_mark(gzip(b"\xef\xbb\xbf{}"), "{}")]
    #[case::gzip_twice(gzip(&gzip(b"{}")), "{}")]
    #[case::gzip_members([gzip(b"{}\n"), gzip(b"{}")].concat(), "{}\n{}")]
    #[case::gzip_members_empty([gzip(b"{}"), gzip(b""), gzip(b"{}")].concat(), "{}{}")]
    #[case::gzip_padded([gzip(b"{}"), vec![0; 512]].concat(), "{}")]
    #[case::gzip_and_garbage([gzip(b"{}"), b"garbage".to_vec()].concat(), "{}")]
    #[case::gzip_with_all_headers(gzip_with_headers(b"{}"), "{}")]
    #[case::utf16_little(
        utf16_of("\u{feff}{\"a\":\"bàn\"}", u16::to_le_bytes),
        "{\"a\":\"bàn\"}"
    )]
    #[case::utf16_big(utf16_of("\u{feff}{}", u16::to_be_bytes), "{}")]
    #[case::utf16_unmarked(utf16_of("[{}]", u16::to_le_bytes), "[{}]")]
    #[case::utf16_big_unmarked(utf16_of("[{}]", u16::to_be_bytes), "[{}]")]
    #[case::utf16_in_gzip(gzip(&utf16_of("\u{feff}{}", u16::to_le_bytes)), "{}")]
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

    #[rstest]
    #[case::cut(|packed: &mut Vec<u8>| packed.truncate(packed.len() / 2))]
    #[case::cut_checksum(|packed: &mut Vec<u8>| packed.truncate(packed.len() - 1))]
    #[case::wrong_checksum(|packed: &mut Vec<u8>| { let at = packed.len() - 8; packed[at] ^= 1; })]
    #[case::wrong_length(|packed: &mut Vec<u8>| { let at = packed.len() - 1; packed[at] ^= 1; })]
    #[case::second_member_cut(|packed: &mut Vec<u8>| { let half = packed[..packed.len() / 2].to_vec(); packed.extend(half); })]
    #[case::only_a_header(|packed: &mut Vec<u8>| packed.truncate(10))]
    fn damage_is_said(#[case] damage: fn(&mut Vec<u8>)) {
        let mut packed = gzip(&b"0123456789".repeat(1_000));
        damage(&mut packed);
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
