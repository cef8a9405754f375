//! The SQL itself. Other programs run the same files.
//!
//! Unless said otherwise, a question's parameters start with `$1` from, `$2` to, `$3` login,
//! `$4` category, `$5` brand, `$6` product, `$7` event; its own follow.

/// One row for the asked period, one for the period before.
pub const OVERVIEW: &str = include_str!("../sql/overview.sql");
/// A row per bucket. `$8` bucket (NULL: by length), `$9` time zone.
pub const TIMESERIES: &str = include_str!("../sql/timeseries.sql");
/// A row per event name. `$8` limit.
pub const EVENTS: &str = include_str!("../sql/events.sql");
/// A row per group of login states.
pub const LOGINS: &str = include_str!("../sql/logins.sql");
/// A row per category or brand. `$8` `category` or `brand`, `$9` limit.
pub const BREAKDOWN: &str = include_str!("../sql/breakdown.sql");
/// A row per product. `$8` limit.
pub const PRODUCTS: &str = include_str!("../sql/products.sql");
/// A row per group and step. `$8` the steps, each an event name or several as `a|b`, `$9` `login`, `category`, `brand` or NULL.
pub const FUNNEL: &str = include_str!("../sql/funnel.sql");
/// A row per class of duration; the numbers of all sessions stand in each.
pub const SESSIONS: &str = include_str!("../sql/sessions.sql");
/// A row per hour of the week. `$8` time zone.
pub const HEATMAP: &str = include_str!("../sql/heatmap.sql");
/// A row per hour of one cell of the heatmap. `$8` time zone, `$9` weekday, `$10` hour, `$11` limit.
pub const HEATMAP_HOURS: &str = include_str!("../sql/heatmap_hours.sql");
/// A page of sessions. `$8` the steps, `$9` a step or NULL, `$10` only those that dropped out
/// at it, `$11` and `$12` start and id to continue after, `$13` limit.
pub const SESSION_LIST: &str = include_str!("../sql/session_list.sql");
/// The events of a session, all of its time. `$1` session, `$2` and `$3` time and id to
/// continue after, `$4` limit.
pub const SESSION: &str = include_str!("../sql/session.sql");
/// A page of events. `$8` and `$9` time and id to continue after, `$10` products only, `$11` limit.
pub const RAW: &str = include_str!("../sql/raw.sql");
/// One row: how many events `RAW` has, on how many pages. `$8` products only, `$9` events a page.
pub const RAW_PAGES: &str = include_str!("../sql/raw_pages.sql");
/// One row: how fresh the warehouse is. `$1` is the present.
pub const PIPELINE: &str = include_str!("../sql/pipeline.sql");
/// The newest runs. `$1` how many.
pub const PIPELINE_RUNS: &str = include_str!("../sql/pipeline_runs.sql");
/// Why events were rejected. `$1` limit.
pub const REJECT_REASONS: &str = include_str!("../sql/reject_reasons.sql");
