//! Comma-separated values that a spreadsheet can open without running them.

use super::Sheet;
use super::sheet::Cell;
use crate::text;

/// The sheet's columns and rows; facts above the rows have no place in CSV.
pub(super) fn write(sheet: &Sheet) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&sheet.columns)?;
    for row in &sheet.rows {
        writer.write_record(row.iter().map(harmless))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Spreadsheets take a text that begins like a formula for one. An apostrophe
/// in front makes it a text again; a negative number stays a number.
pub(super) fn harmless(cell: &Cell) -> String {
    let Cell::Text(value) = cell else {
        return cell.plain();
    };
    // Judged by what it was: cleaning turns a tab into a picture of one.
    let begins_like_a_formula = value.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let cleaned = text::clean(value);
    if begins_like_a_formula || cleaned.starts_with(['=', '+', '-', '@']) {
        format!("'{cleaned}")
    } else {
        cleaned.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0")]
    #[case("@SUM(1)", "'@SUM(1)")]
    #[case("+84 90", "'+84 90")]
    #[case("-1+1", "'-1+1")]
    #[case("\t=1", "'␉=1")]
    #[case("\u{200b}=1", "'=1")]
    #[case("plain", "plain")]
    fn formulas_are_defused(#[case] value: &str, #[case] written: &str) {
        assert_eq!(harmless(&Cell::Text(value.to_owned())), written);
    }

    #[test]
    fn numbers_stay_numbers() {
        assert_eq!(harmless(&Cell::Count(-5)), "-5");
    }
}
