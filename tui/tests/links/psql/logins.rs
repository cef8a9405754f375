//! Who this side is, where the server is, and what else a connection is asked to be.

use super::Outcome::{Both, Neither, OnlyPsql};
use super::{PASSWORD, REQUIRE, Try, shows, with};

const KEYED: (&str, &str) = ("PGUSER", "keyed");
const BINDING: (&str, &str) = ("PGCHANNELBINDING", "require");
const DECOMPOSED: &str = "Ma\u{323}\u{302}t @/:?#%";
const WANTS_CERTIFICATE: &str = "wants a client certificate of keyed";

/// Who this side is, by a certificate and otherwise.
pub(super) const LOGINS: &[Try] = &[
    shows("signed", &[KEYED], Neither(WANTS_CERTIFICATE)),
    shows(
        "signed",
        &[
            KEYED,
            ("PGSSLCERT", "$/reader.crt"),
            ("PGSSLKEY", "$/reader.key"),
        ],
        Both,
    ),
    with(
        &[
            ("postgresql.crt", "reader.crt"),
            ("postgresql.key", "reader.key"),
        ],
        shows("signed", &[KEYED], Both),
    ),
    with(
        &[("postgresql.crt", "reader.crt")],
        shows("signed", &[KEYED, REQUIRE], Neither("postgresql.key: ")),
    ),
    shows(
        "signed",
        &[
            KEYED,
            REQUIRE,
            ("PGSSLCERT", "$/reader.crt"),
            ("PGSSLKEY", "$/open.key"),
        ],
        Neither("open.key: others may read it; run: chmod 600"),
    ),
    shows(
        "signed",
        &[
            KEYED,
            REQUIRE,
            ("PGSSLCERT", "$/reader.crt"),
            ("PGSSLKEY", "$/encrypted.key"),
        ],
        Neither("encrypted.key: it is encrypted; write it without a password"),
    ),
    shows(
        "signed",
        &[
            KEYED,
            REQUIRE,
            ("PGSSLCERT", "$/reader.crt"),
            ("PGSSLKEY", "$/server.key"),
        ],
        Neither("server.key: it is not the key of"),
    ),
    // Another's certificate.
    shows(
        "signed",
        &[
            ("PGUSER", "other"),
            ("PGSSLCERT", "$/reader.crt"),
            ("PGSSLKEY", "$/reader.key"),
        ],
        Neither("wants a client certificate of other"),
    ),
    shows(
        "signed",
        &[("PGUSER", "scram"), ("PGPASSWORD", PASSWORD)],
        Both,
    ),
    // The same letters, composed otherwise: SASLprep makes them one.
    shows(
        "signed",
        &[("PGUSER", "scram"), ("PGPASSWORD", DECOMPOSED)],
        Both,
    ),
    shows(
        "signed",
        &[("PGUSER", "scram"), ("PGPASSWORD", "no")],
        Neither("was refused"),
    ),
    shows(
        "signed",
        &[("PGUSER", "scram")],
        Neither("wants a password for scram"),
    ),
    shows(
        "signed",
        &[
            ("PGUSER", "scram"),
            ("PGPASSWORD", PASSWORD),
            ("PGSSLMODE", "disable"),
        ],
        Both,
    ),
    shows(
        "signed",
        &[("PGUSER", "scram"), ("PGPASSWORD", PASSWORD), BINDING],
        Both,
    ),
    shows(
        "signed",
        &[
            ("PGUSER", "scram"),
            ("PGPASSWORD", PASSWORD),
            BINDING,
            ("PGSSLMODE", "disable"),
        ],
        Neither("channel_binding=require asks for"),
    ),
    shows(
        "signed",
        &[("PGUSER", "md5"), ("PGPASSWORD", PASSWORD), BINDING],
        Neither("channel_binding=require asks for"),
    ),
    shows(
        "signed",
        &[BINDING],
        Neither("channel_binding=require asks for"),
    ),
    shows(
        "signed",
        &[("PGUSER", "md5"), ("PGPASSWORD", PASSWORD)],
        Both,
    ),
    shows(
        "signed",
        &[
            ("PGUSER", "clear"),
            ("PGPASSWORD", PASSWORD),
            ("PGSSLMODE", "disable"),
        ],
        Both,
    ),
    shows(
        "signed",
        &[("PGUSER", "kerberos")],
        Neither("Kerberos, most likely"),
    ),
    with(
        &[("../.pgpass", "pgpass")],
        shows("signed", &[("PGUSER", "scram")], Both),
    ),
    shows(
        "signed",
        &[("PGPASSFILE", "$/pgpass"), ("PGUSER", "scram")],
        Both,
    ),
    with(
        &[("../.pg_service.conf", "services")],
        shows("signed", &[("PGSERVICE", "dw")], Both),
    ),
    shows(
        "signed",
        &[("PGSERVICEFILE", "$/services"), ("PGSERVICE", "dw")],
        Both,
    ),
    shows(
        "signed",
        &[(
            "URL",
            "postgres://scram:M%E1%BA%ADt%20%40%2F%3A%3F%23%25@127.0.0.1:%/postgres",
        )],
        Both,
    ),
    shows(
        "signed",
        &[(
            "URL",
            "postgres://reader@127.0.0.1:%/postgres?sslmode=verify-full",
        )],
        Neither("is not trusted"),
    ),
    // Where.
    shows(
        "signed",
        &[("PGHOST", "~/socket"), ("PGHOSTADDR", "")],
        Both,
    ),
    shows(
        "signed",
        &[("URL", "postgres://reader@~socket:%/postgres")],
        Both,
    ),
    shows(
        "signed",
        &[("URL", "postgres://reader@127.0.0.1,localhost:%/postgres")],
        OnlyPsql("several hosts"),
    ),
    shows(
        "signed",
        &[("PGHOST", "no-such-host.invalid"), ("PGHOSTADDR", "")],
        Neither("cannot be resolved"),
    ),
    shows("signed", &[("PGHOST", "no-such-host.invalid")], Both),
    shows(
        "signed",
        &[("PGPORT", "1"), ("PGHOST", "127.0.0.1")],
        Neither("nothing listens"),
    ),
    // What would make it safer, or another server's.
    shows("signed", &[("PGTARGETSESSIONATTRS", "primary")], Both),
    shows("signed", &[("PGTARGETSESSIONATTRS", "read-write")], Both),
    shows(
        "signed",
        &[("PGTARGETSESSIONATTRS", "standby")],
        Neither("is not a standby"),
    ),
    shows("signed", &[("PGOPTIONS", "-c statement_timeout=60s")], Both),
    shows(
        "signed",
        &[("PGOPTIONS", "-c no_such_setting=1")],
        Neither("no_such_setting"),
    ),
    shows(
        "signed",
        &[("PGGSSENCMODE", "require")],
        Neither("\"gssencmode\" is not supported"),
    ),
    shows(
        "signed",
        &[
            ("PGGSSENCMODE", "disable"),
            ("PGSSLCOMPRESSION", "1"),
            ("PGKRBSRVNAME", "x"),
        ],
        Both,
    ),
    shows(
        "signed",
        &[("PGREQUIREPEER", "postgres")],
        OnlyPsql("\"requirepeer\" is not supported"),
    ),
    shows(
        "signed",
        &[("PGSSLMODE", "allow")],
        OnlyPsql("use disable, prefer, require"),
    ),
    shows(
        "signed",
        &[("PGREQUIRESSL", "1"), ("PGUSER", "plain")],
        Neither("lets no plain into"),
    ),
    shows("signed", &[("PGUSER", "plain")], Both),
    shows("signed", &[("PGCONNECT_TIMEOUT", "3")], Both),
    shows("signed", &[("PGSSLSNI", "0"), REQUIRE], Both),
];
