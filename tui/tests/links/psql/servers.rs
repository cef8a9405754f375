//! Who the server is, as far as its certificate tells.

use super::Outcome::{Both, Neither, OnlyPsql};
use super::{REQUIRE, Try, shows, with};

const FULL: (&str, &str) = ("PGSSLMODE", "verify-full");
const CA: (&str, &str) = ("PGSSLMODE", "verify-ca");
const ROOT: (&str, &str) = ("PGSSLROOTCERT", "$/root.crt");
const SELF: (&str, &str) = ("PGSSLROOTCERT", "$/self.crt");
const NAME: (&str, &str) = ("PGHOST", "dw.internal");
const OTHER: (&str, &str) = ("PGHOST", "other.internal");

pub(super) const SERVERS: &[Try] = &[
    // As the manual makes them: no name but the subject's, version 1 where signed.
    shows("self", &[FULL, SELF, NAME], Both),
    shows(
        "self",
        &[FULL, SELF, OTHER],
        Neither("it is not for \"other.internal\""),
    ),
    shows("self", &[CA, SELF], Both),
    shows(
        "self",
        &[CA, ROOT],
        Neither("no trusted root has signed it"),
    ),
    shows("self", &[REQUIRE], Both),
    with(
        &[("root.crt", "self.crt")],
        shows("self", &[FULL, NAME], Both),
    ),
    with(
        &[("root.crt", "root.crt")],
        shows("self", &[REQUIRE], Neither("no trusted root")),
    ),
    shows("signed", &[FULL, ROOT, NAME], Both),
    shows(
        "signed",
        &[FULL, ROOT, OTHER],
        Neither("it is not for \"other.internal\""),
    ),
    shows(
        "signed",
        &[FULL, SELF, NAME],
        Neither("no trusted root has signed it"),
    ),
    shows(
        "signed",
        &[CA, ("PGSSLROOTCERT", "$/stranger.crt")],
        Neither("no trusted root"),
    ),
    shows("signed", &[REQUIRE], Both),
    shows("signed", &[], Both),
    shows("chained", &[FULL, ROOT, NAME], Both),
    shows(
        "chained",
        &[CA, ("PGSSLROOTCERT", "$/stranger.crt")],
        Neither("no trusted root"),
    ),
    shows(
        "beyond-limits",
        &[FULL, ROOT, NAME],
        Neither("no trusted root has signed it"),
    ),
    shows(
        "leaf",
        &[FULL, ROOT, NAME],
        Neither("no trusted root has signed it"),
    ),
    shows(
        "forged",
        &[CA, ROOT],
        Neither("no trusted root has signed it"),
    ),
    shows("wildcard", &[FULL, ROOT, NAME], Both),
    shows(
        "wildcard",
        &[FULL, ROOT, ("PGHOST", "a.b.internal")],
        Neither("it is not for"),
    ),
    shows(
        "wildcard",
        &[FULL, ROOT, ("PGHOST", "internal")],
        Neither("it is not for"),
    ),
    shows("address", &[FULL, ROOT, ("PGHOST", "127.0.0.1")], Both),
    shows("address", &[FULL, ROOT, NAME], Neither("it is not for")),
    shows("ip-name", &[FULL, ROOT, ("PGHOST", "127.0.0.1")], Both),
    shows("ip-name", &[FULL, ROOT, NAME], Both),
    shows("other-name", &[FULL, ROOT, OTHER], Both),
    shows(
        "other-name",
        &[FULL, ROOT, NAME],
        Neither("it is not for \"dw.internal\""),
    ),
    shows("for-clients", &[CA, ROOT], Neither("is not trusted")),
    shows("expired", &[CA, ROOT], Neither("it has expired")),
    shows("expired", &[REQUIRE], Both),
    shows("not-yet", &[CA, ROOT], Neither("it is not valid yet")),
    shows(
        "signed",
        &[FULL, ("PGSSLROOTCERT", "$/none.crt")],
        Neither("none.crt"),
    ),
    // Nobody has signed it that the system trusts.
    shows(
        "signed",
        &[("PGSSLROOTCERT", "system"), FULL, NAME],
        Neither("signed"),
    ),
    // What was revoked.
    shows(
        "other-name",
        &[FULL, ROOT, OTHER, ("PGSSLCRL", "$/none.crl")],
        Both,
    ),
    shows(
        "other-name",
        &[FULL, ROOT, OTHER, ("PGSSLCRL", "$/some.crl")],
        Neither("revoked"),
    ),
    with(
        &[("root.crl", "some.crl")],
        shows("other-name", &[CA, ROOT], Neither("revoked")),
    ),
    shows(
        "other-name",
        &[CA, ROOT, ("PGSSLCRL", "$/old.crl")],
        Neither("expired"),
    ),
    shows(
        "signed",
        &[CA, ROOT, ("PGSSLCRL", "$/none.crl")],
        OnlyPsql("is not trusted"),
    ),
    shows(
        "signed",
        &[CA, ROOT, ("PGSSLCRLDIR", "$")],
        Neither("put its lists into one file"),
    ),
    // The versions of TLS.
    shows(
        "signed",
        &[REQUIRE, ("PGSSLMINPROTOCOLVERSION", "TLSv1.3")],
        Both,
    ),
    shows(
        "signed",
        &[REQUIRE, ("PGSSLMAXPROTOCOLVERSION", "TLSv1.2")],
        Both,
    ),
    shows(
        "self",
        &[REQUIRE, ("PGSSLMAXPROTOCOLVERSION", "TLSv1.2")],
        Both,
    ),
];
