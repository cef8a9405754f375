//! One file a view: the shape of its answer, as in the report's JSON, and the
//! query that fetches it.

pub mod all;
pub mod breakdown;
pub mod events;
pub mod funnel;
pub mod heatmap;
pub mod logins;
pub mod overview;
pub mod pipeline;
pub mod products;
pub mod raw;
pub mod session;
pub mod session_list;
pub mod sessions;
pub mod timeseries;
