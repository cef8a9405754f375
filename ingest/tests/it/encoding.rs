//! Bodies that were packed on their way.

use std::io::Write;

use flate2::{
    Compression,
    write::{DeflateEncoder, GzEncoder},
};
use rstest::rstest;
use sbw_ingest::{MAX_BODY_BYTES, Request};

use crate::support::{Outcome, send};

const EVENT: &[u8] = br#"{"eventName":"page_view"}"#;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A packed event without its last bytes.
fn cut(bytes: usize) -> Vec<u8> {
    let mut packed = gzip(EVENT);
    packed.truncate(packed.len() - bytes);
    packed
}

/// A body of spaces and an event, so many bytes long.
fn long(bytes: usize) -> Vec<u8> {
    [&vec![b' '; bytes - EVENT.len()], EVENT].concat()
}

fn packed_as(coding: &str, body: Vec<u8>) -> Outcome {
    send(Request {
        content_encoding: Some(coding.to_owned()),
        ..Request::post(body)
    })
}

#[rstest]
#[case::one_member(gzip(EVENT))]
#[case::members([gzip(&EVENT[..9]), gzip(&EVENT[9..])].concat())]
#[case::an_empty_member_first([gzip(b""), gzip(EVENT)].concat())]
#[case::zeros_after_its_end([gzip(EVENT), vec![0; 512]].concat())]
#[case::at_the_limit(gzip(&long(MAX_BODY_BYTES)))]
fn gzip_is_unpacked(#[case] body: Vec<u8>) {
    let bytes = body.len();
    for coding in ["gzip", "GZIP", "x-gzip"] {
        let outcome = packed_as(coding, body.clone());
        assert_eq!(outcome.answer(), r#"200 {"success":true,"accepted":1}"#);
        assert_eq!(outcome.response.facts.bytes, bytes);
        assert!(outcome.stored().starts_with(r#"{"eventName":"page_view","#));
    }
}

#[rstest]
#[case::nothing(vec![], 400, "The body is empty")]
#[case::gzip_of_nothing(gzip(b""), 400, "The body is empty")]
#[case::not_gzip(EVENT.to_vec(), 400, "The body is not the gzip that Content-Encoding says: invalid gzip header")]
#[case::cut_in_its_end(cut(1), 400, "The body is not the gzip that Content-Encoding says: ")]
#[case::cut_in_its_middle(cut(15), 400, "The body is not the gzip that Content-Encoding says: ")]
#[case::cut_in_its_head(gzip(EVENT)[..5].to_vec(), 400, "The body is not the gzip that Content-Encoding says: ")]
#[case::a_second_member_cut([gzip(EVENT), gzip(b" ")[..12].to_vec()].concat(), 400, "The body is not the gzip that Content-Encoding says: ")]
#[case::garbage_after_its_end([gzip(EVENT), b"x".to_vec()].concat(), 400, "The body is not the gzip that Content-Encoding says: bytes follow its end")]
#[case::damaged({ let mut packed = gzip(EVENT); packed[20] ^= 1; packed }, 400, "The body is not the gzip that Content-Encoding says: ")]
#[case::decoded_as_text_on_its_way(String::from_utf8_lossy(&gzip(EVENT)).into_owned().into_bytes(), 400, "The body is not the gzip that Content-Encoding says: ")]
#[case::not_utf8(gzip(b"{\"eventName\":\"\xff\"}"), 400, "The body is not UTF-8")]
#[case::beyond_the_limit(gzip(&long(MAX_BODY_BYTES + 1)), 413, "The body is larger than 262144 bytes")]
#[case::a_bomb(gzip(&vec![b' '; 200_000_000]), 413, "The body is larger than 262144 bytes")]
#[case::a_bomb_of_members(gzip(&vec![b' '; 10_000]).repeat(1_000), 413, "The body is larger than 262144 bytes")]
#[case::a_bomb_of_empty_members(gzip(b"").repeat(20_000), 413, "The body is larger than 262144 bytes")]
#[case::packed_twice(gzip(&gzip(EVENT)), 400, "The body is not UTF-8")]
fn what_is_no_good_gzip_is_refused(
    #[case] body: Vec<u8>,
    #[case] status: u16,
    #[case] message: &str,
) {
    let outcome = packed_as("gzip", body);
    assert_eq!(outcome.response.status, status);
    let start = format!(r#"{{"success":false,"message":"{message}"#);
    assert!(
        outcome.response.body.starts_with(&start),
        "{}",
        outcome.response.body
    );
    assert!(outcome.object.is_none());
}

#[rstest]
fn another_coding_is_refused_in_words(
    #[values("deflate", "br", "zstd", "compress", "gzip, gzip", "gzip;q=1", "utf-8")] coding: &str,
) {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(EVENT).unwrap();
    let outcome = packed_as(coding, encoder.finish().unwrap());
    let words = r#"415 {"success":false,"message":"Content-Encoding must be gzip or left out"}"#;
    assert_eq!(outcome.answer(), words);
    let offered = ("accept-encoding", "gzip".to_owned());
    assert!(outcome.response.headers.contains(&offered));
    assert!(outcome.object.is_none());
}

#[rstest]
#[case("")]
#[case("identity")]
fn a_body_that_is_not_packed_is_taken_as_it_is(#[case] coding: &str) {
    assert_eq!(packed_as(coding, EVENT.to_vec()).response.status, 200);
}
