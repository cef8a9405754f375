//! Any URL and any `PG*` variables are a place to connect to or an error in words, and
//! neither shows a password. A line each: the URL, then `NAME=value`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sbw_queries::connect::{Defaults, Environment, Flags, Resolved, resolve};

/// Variables that name files would have this machine's read.
const FILES: [&str; 4] = ["PGPASSFILE", "PGSERVICE", "PGSERVICEFILE", "PGSSLROOTCERT"];

fuzz_target!(|text: &str| {
    let mut lines = text.lines();
    let flags = Flags {
        url: lines
            .next()
            .filter(|url| !url.is_empty())
            .map(str::to_owned),
        ..Flags::default()
    };
    let variables = lines
        .filter_map(|line| line.split_once('='))
        .filter(|(name, _)| !FILES.contains(name));
    let environment = Environment::new(variables, None);
    match resolve(&flags, &environment, &Defaults::DASHBOARD) {
        Ok(Resolved { target, .. }) => {
            let shown =
                |password: &str| format!("{:?}", target.clone().with_password(password.into()));
            assert_eq!(shown("one password"), shown("another password"));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
