//! The files of `schema/`, compiled in, and the hashes by which a database is
//! compared with them.

use sha2::{Digest, Sha256};

/// A file of `schema/`.
pub(super) struct SqlFile {
    /// Its name without `.sql`.
    pub(super) name: &'static str,
    /// What it holds.
    pub(super) sql: &'static str,
}

/// The files of a folder, in the order of their names, which is the order they run in.
macro_rules! folder {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(SqlFile {
            name: $name,
            sql: include_str!(concat!("../../schema/", $folder, "/", $name, ".sql")),
        }),*]
    };
}

/// Data that nobody can make again: append-only.
pub(super) const MIGRATIONS: &[SqlFile] = folder!("migrations":
    "V20261201__events",
    "V20261202__loads",
    "V20261203__context",
    "V20261204__objects",
    "V20261205__removal",
);

/// The definitions: schema `metrics`.
pub(super) const FUNCTIONS: &[SqlFile] = folder!("functions":
    "10_values",
    "20_checkouts",
    "30_facts",
    "35_sources",
    "40_reading",
    "50_sessions",
    "60_counts",
    "70_subjects",
    "80_lists",
);

/// What is kept for fast answers, and can be made again from events: schema `rollups`.
pub(super) const ROLLUPS: &[SqlFile] = folder!("rollups":
    "10_tables",
    "20_log",
    "30_stage",
    "40_write",
    "50_refresh",
    "60_verify",
);

/// The hash of the definitions.
pub(crate) fn functions_hash() -> String {
    hash(&[FUNCTIONS])
}

/// The hash of the rollups, and of the definitions that they are made by.
pub(super) fn rollups_hash() -> String {
    hash(&[FUNCTIONS, ROLLUPS])
}

/// Lines that are only a comment do not count: rewording one must not cost a
/// shop its rollups.
fn hash(folders: &[&[SqlFile]]) -> String {
    let mut hasher = Sha256::new();
    for line in folders
        .iter()
        .copied()
        .flatten()
        .flat_map(|file| file.sql.lines())
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("--"))
    {
        hasher.update(line);
        hasher.update("\n");
    }
    hasher
        .finalize()
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("migrations", MIGRATIONS)]
    #[case("functions", FUNCTIONS)]
    #[case("rollups", ROLLUPS)]
    fn every_file_of_a_folder_is_listed_in_order(#[case] folder: &str, #[case] listed: &[SqlFile]) {
        let path = format!("{}/schema/{folder}", env!("CARGO_MANIFEST_DIR"));
        let mut files: Vec<String> = std::fs::read_dir(path)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let listed: Vec<String> = listed
            .iter()
            .map(|file| format!("{}.sql", file.name))
            .collect();
        assert_eq!(listed, files);
    }

    #[rstest]
    #[case::comment("-- another\nselect 1;", true)]
    #[case::indentation("  select 1;\n\n", true)]
    #[case::statement("select 2;", false)]
    #[case::cut("select\n1;", false)]
    fn only_what_runs_is_hashed(#[case] sql: &'static str, #[case] is_same: bool) {
        let hash_of = |sql| hash(&[&[SqlFile { name: "a", sql }]]);
        assert_eq!(hash_of(sql) == hash_of("-- one\nselect 1;\n"), is_same);
    }

    #[test]
    fn rollups_are_made_by_the_functions_too() {
        assert_eq!(functions_hash().len(), 64);
        assert_eq!(hash(&[FUNCTIONS, ROLLUPS]), rollups_hash());
    }
}
