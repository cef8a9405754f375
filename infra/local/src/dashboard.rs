//! The dashboard's own program, which is part of this one.
//!
//! Each home holds a link to this program under the dashboard's name. Called by
//! it, this is `sbw-tui` with all its flags and reports: what the addresses say
//! can be pasted whether `sbw-tui` was ever built here or not.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::home::Home;

/// The dashboard's name.
pub const NAME: &str = "sbw-tui";

/// Whether this program was called by the dashboard's name.
#[must_use]
pub fn is_called() -> bool {
    env::args_os().next().as_deref().is_some_and(names_it)
}

fn names_it(called: &OsStr) -> bool {
    Path::new(called).file_name() == Some(OsStr::new(NAME))
}

/// Puts the link into a home; where it is.
pub fn link(home: &Home) -> Result<PathBuf, Error> {
    Ok(home.link(NAME, &env::current_exe()?)?)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("sbw-tui", true)]
    #[case("/tmp/sbw-local-Ab1/sbw-tui", true)]
    #[case("sbw-local", false)]
    #[case("/sbw-tui/sbw-local", false)]
    #[case("", false)]
    fn it_goes_by_the_name_alone(#[case] called: &str, #[case] is_it: bool) {
        assert_eq!(names_it(OsStr::new(called)), is_it);
    }
}
