//! The server's clock, beside this machine's.

use chrono::{DateTime, TimeDelta, Utc};
use tokio_postgres::Client;

/// How far the server's clock is ahead of this machine's, to half a round trip.
/// Negative: behind.
pub async fn measure_clock(client: &Client) -> Result<TimeDelta, tokio_postgres::Error> {
    let sent = Utc::now();
    let rows = client
        .query_typed(include_str!("../../access/clock.sql"), &[])
        .await?;
    let heard = Utc::now();
    match rows.first() {
        Some(row) => Ok(offset(sent, row.try_get("now")?, heard)),
        None => Ok(TimeDelta::zero()),
    }
}

/// The server read its clock between `sent` and `heard`, in their middle as far as
/// one can tell from here.
pub(super) fn offset(
    sent: DateTime<Utc>,
    server: DateTime<Utc>,
    heard: DateTime<Utc>,
) -> TimeDelta {
    server - (sent + (heard - sent) / 2)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::ahead(0, 3_600_100, 200, 3_600_000)]
    #[case::behind(0, -7_199_000, 2_000, -7_200_000)]
    #[case::equal(0, 250, 500, 0)]
    fn the_way_there_is_half_of_the_round_trip(
        #[case] sent: i64,
        #[case] server: i64,
        #[case] heard: i64,
        #[case] expected: i64,
    ) {
        let at = |milliseconds| DateTime::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds);
        let expected = TimeDelta::milliseconds(expected);
        assert_eq!(offset(at(sent), at(server), at(heard)), expected);
    }
}
