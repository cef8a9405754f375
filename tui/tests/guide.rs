//! The guide says what the program does.

use std::fs;

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

/// The table of keys in the guide is the one the program dispatches by. With
/// `UPDATE_GUIDE` set it is written instead of compared.
#[test]
fn the_keys_in_the_guide_are_the_keys_of_the_program() {
    let guide = fs::read_to_string(GUIDE).unwrap_or_default();
    let written = with_keys(&guide).unwrap_or_default();
    if std::env::var_os("UPDATE_GUIDE").is_some() {
        fs::write(GUIDE, &written).unwrap_or_default();
        return;
    }
    assert_eq!(
        guide, written,
        "UPDATE_GUIDE=1 cargo test -p sbw-tui --test guide writes it anew"
    );
}

fn with_keys(guide: &str) -> Option<String> {
    let (before, rest) = guide.split_once("<!-- keys")?;
    let (note, rest) = rest.split_once("-->")?;
    let (_, after) = rest.split_once("<!-- /keys -->")?;
    let keys = sbw_tui::keymap::Keymap::default().markdown();
    Some(format!(
        "{before}<!-- keys{note}-->\n{keys}<!-- /keys -->{after}"
    ))
}
