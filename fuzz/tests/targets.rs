//! Every target is run, and from a corpus.
#![allow(missing_docs)]

use std::fs;
use std::path::Path;

fn names(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut names: Vec<_> = entries
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn every_target_has_a_corpus_and_is_run() {
    let targets = names("fuzz_targets");
    assert_eq!(names("corpus"), targets);
    let script = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("run")).unwrap();
    let line = script
        .lines()
        .find(|line| line.starts_with("targets=("))
        .unwrap();
    let mut run: Vec<_> = line["targets=(".len()..line.len() - 1].split(' ').collect();
    run.sort_unstable();
    assert_eq!(run, targets);
    assert!(
        targets
            .iter()
            .all(|target| !names(&format!("corpus/{target}")).is_empty())
    );
}
