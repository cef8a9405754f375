//! What went wrong, in words and as an exit status.

use rstest::rstest;

use super::report;
use crate::common::warehouse::Warehouse;

#[rstest]
#[case::usage(&["overview", "--last", "7"], 2, "--last")]
#[case::misplaced(&["overview", "--limit", "3"], 2, "--limit belongs to report events, ")]
#[case::no_session(&["session"], 2, "report session ID")]
#[case::reversed(&["overview", "--from", "2025-12-03", "--to", "2025-12-01"], 2, "swap the two")]
#[case::no_such_database(&["overview", "--dbname", "elsewhere"], 3, "no database")]
#[case::missing_tables(&["overview"], 1, "sbw-etl migrate")]
#[case::missing_tables_of_all(&["all"], 1, "sbw-etl migrate")]
#[tokio::test(flavor = "multi_thread")]
async fn failures_say_what_to_do(#[case] words: &[&str], #[case] code: i32, #[case] because: &str) {
    let bare = Warehouse::bare().await;
    let output = report(bare.port(), words);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{errors}");
    assert!(errors.contains(because), "{errors}");
    assert!(output.stdout.is_empty());
}

#[rstest]
fn a_zone_that_nobody_knows_is_named(#[values("Asia/Atlantis", "ICT", "UTC+7")] zone: &str) {
    let output = report(1, &["timeseries", "--tz", zone]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(
        errors.contains(zone) && errors.contains("Asia/Ho_Chi_Minh"),
        "{errors}"
    );
}

#[test]
fn nobody_there_is_exit_3() {
    let output = report(1, &["overview"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("check host and port")
    );
}
