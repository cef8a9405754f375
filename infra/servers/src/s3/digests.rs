//! The checksums that a client sends along, checked against what arrived.

use md5::{Digest, Md5};
use s3s::TrailingHeaders;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::{Checksum, PutObjectInput};
use s3s::{S3Result, s3_error};

/// What the client said its bytes add up to, and what they do.
pub(super) struct Digests {
    said: Checksum,
    hasher: ChecksumHasher,
    md5: Option<(String, Md5)>,
}

impl Digests {
    /// Checksums come as headers, or after the body as trailers.
    pub(super) fn asked_for(
        input: &PutObjectInput,
        trailers: Option<&TrailingHeaders>,
    ) -> S3Result<Self> {
        let said = Checksum {
            checksum_crc32: input.checksum_crc32.clone(),
            checksum_crc32c: input.checksum_crc32c.clone(),
            checksum_crc64nvme: input.checksum_crc64nvme.clone(),
            checksum_sha1: input.checksum_sha1.clone(),
            checksum_sha256: input.checksum_sha256.clone(),
            ..Default::default()
        };
        // Which trailer comes is only known once it is there: the cheap ones are
        // prepared for.
        let later = trailers.is_some();
        let hasher = ChecksumHasher {
            crc32: (later || said.checksum_crc32.is_some()).then(Crc32::new),
            crc32c: (later || said.checksum_crc32c.is_some()).then(Crc32c::new),
            crc64nvme: (later || said.checksum_crc64nvme.is_some()).then(Crc64Nvme::new),
            sha1: said.checksum_sha1.is_some().then(Sha1::new),
            sha256: said.checksum_sha256.is_some().then(Sha256::new),
        };
        let md5 = input.content_md5.clone().map(|md5| (md5, Md5::new()));
        if md5.as_ref().is_some_and(|(said, _)| said.len() != 24) {
            return Err(s3_error!(InvalidDigest));
        }
        Ok(Self { said, hasher, md5 })
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        if let Some((_, md5)) = &mut self.md5 {
            md5.update(bytes);
        }
    }

    /// Fails if anything that was said is not so.
    pub(super) fn check(self, trailers: Option<&TrailingHeaders>) -> S3Result<()> {
        let trailer = |name: &str| {
            let value =
                trailers?.read(|headers| headers.get(name)?.to_str().ok().map(str::to_owned));
            value.flatten()
        };
        let (said, found) = (self.said, self.hasher.finalize());
        let pairs = [
            (
                said.checksum_crc32
                    .or_else(|| trailer("x-amz-checksum-crc32")),
                found.checksum_crc32,
            ),
            (
                said.checksum_crc32c
                    .or_else(|| trailer("x-amz-checksum-crc32c")),
                found.checksum_crc32c,
            ),
            (
                said.checksum_crc64nvme
                    .or_else(|| trailer("x-amz-checksum-crc64nvme")),
                found.checksum_crc64nvme,
            ),
            (said.checksum_sha1, found.checksum_sha1),
            (said.checksum_sha256, found.checksum_sha256),
        ];
        let md5 = self.md5.map(|(said, md5)| (said, base64(&md5.finalize())));
        let all_true = pairs
            .into_iter()
            .all(|(said, found)| said.is_none() || said == found)
            && md5.is_none_or(|(said, found)| said == found);
        if all_true {
            Ok(())
        } else {
            Err(s3_error!(BadDigest))
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let word = group
            .iter()
            .fold(0, |word, byte| word << 8 | usize::from(*byte));
        let word = word << (8 * (3 - group.len()));
        for digit in 0..4 {
            let shown = digit <= group.len();
            out.push(if shown {
                char::from(DIGITS[word >> (18 - 6 * digit) & 63])
            } else {
                '='
            });
        }
    }
    out
}
