//! What the run log knows of objects that wait.

use std::collections::HashMap;

use super::{Listed, RunLog, from_row};
use crate::{EtlError, reads::Unreadable, transform::RawObject};

impl RunLog {
    /// How many objects earlier runs left waiting.
    pub(crate) async fn count_waiting(&self) -> Result<u64, EtlError> {
        let mut guard = self.client.lock().await;
        let client = self.client(&mut guard).await?;
        let row = client
            .query_one(include_str!("../../sql/count_waiting.sql"), &[&self.id()])
            .await?;
        Ok(u64::try_from(row.get::<_, i64>("objects")).unwrap_or(0))
    }

    /// How many objects wait because their network has had its share.
    pub(crate) async fn count_put_aside(&self) -> Result<u64, EtlError> {
        let mut guard = self.client.lock().await;
        let client = self.client(&mut guard).await?;
        let row = client
            .query_one(include_str!("../../sql/count_put_aside.sql"), &[])
            .await?;
        Ok(u64::try_from(row.get::<_, i64>("objects")).unwrap_or(0))
    }

    /// The next of them in key order, but for what could not be read in this run.
    pub(crate) async fn waiting_after(
        &self,
        after: &str,
        limit: i64,
    ) -> Result<Vec<RawObject>, EtlError> {
        let mut guard = self.client.lock().await;
        let client = self.client(&mut guard).await?;
        let rows = client
            .query(
                include_str!("../../sql/find_waiting.sql"),
                &[&after, &self.id(), &limit],
            )
            .await?;
        Ok(rows.iter().map(from_row).collect())
    }

    /// Lets objects wait that could not be read; in how many runs that was so by now, if it counts.
    pub(crate) async fn keep_unreadable(
        &self,
        unreadable: &[Unreadable],
        counts: bool,
    ) -> Result<HashMap<String, i32>, EtlError> {
        if unreadable.is_empty() {
            return Ok(HashMap::new());
        }
        let listed = Listed::of(unreadable.iter().map(|unreadable| &unreadable.object));
        let reasons: Vec<&str> = unreadable
            .iter()
            .map(|unreadable| unreadable.reason.as_str())
            .collect();
        let mut guard = self.client.lock().await;
        let client = self.client(&mut guard).await?;
        let rows = client
            .query(
                include_str!("../../sql/keep_unreadable.sql"),
                &[
                    &self.id(),
                    &counts,
                    &listed.keys,
                    &listed.sizes,
                    &listed.modified,
                    &listed.etags,
                    &reasons,
                ],
            )
            .await?;
        Ok(rows
            .iter()
            .map(|row| (row.get("object_key"), row.get("failures")))
            .collect())
    }

    /// These wait no longer: they are gone.
    pub(crate) async fn forget_waiting(&self, keys: &[String]) -> Result<(), EtlError> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut guard = self.client.lock().await;
        let client = self.client(&mut guard).await?;
        client
            .execute(include_str!("../../sql/forget_waiting.sql"), &[&keys])
            .await?;
        Ok(())
    }
}
