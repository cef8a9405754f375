//! The views, asked as `sbw-tui report` asks them.

use chrono::Utc;
use sbw_queries::answers::all::{Choices, all};
use sbw_queries::answers::breakdown::{brands, categories};
use sbw_queries::answers::events::events;
use sbw_queries::answers::funnel::{Steps, funnel};
use sbw_queries::answers::heatmap::heatmap;
use sbw_queries::answers::logins::logins;
use sbw_queries::answers::overview::overview;
use sbw_queries::answers::products::products;
use sbw_queries::answers::raw::{Page, raw};
use sbw_queries::answers::session_list::{SessionPage, session_list};
use sbw_queries::answers::sessions::sessions;
use sbw_queries::answers::timeseries::timeseries;
use sbw_queries::{QueryError, Question, Zone};
use tokio_postgres::Client;

/// Every view of a range, and `all`: the document of all of them.
pub(crate) const VIEWS: [&str; 13] = [
    "overview",
    "timeseries",
    "events",
    "logins",
    "categories",
    "brands",
    "products",
    "funnel",
    "sessions",
    "heatmap",
    "raw",
    "session_list",
    "all",
];

/// The answer of a view, to be compared.
pub(crate) async fn ask(c: &Client, view: &str, q: &Question) -> Result<String, QueryError> {
    Ok(match view {
        "overview" => format!("{:?}", overview(c, q).await?),
        "timeseries" => format!("{:?}", timeseries(c, q, None, &Zone::default()).await?),
        "events" => format!("{:?}", events(c, q, 10).await?),
        "logins" => format!("{:?}", logins(c, q).await?),
        "categories" => format!("{:?}", categories(c, q, 10).await?),
        "brands" => format!("{:?}", brands(c, q, 10).await?),
        "products" => format!("{:?}", products(c, q, 20).await?),
        "funnel" => format!("{:?}", funnel(c, q, &Steps::default(), None).await?),
        "sessions" => format!("{:?}", sessions(c, q).await?),
        "heatmap" => format!("{:?}", heatmap(c, q, &Zone::default()).await?),
        "raw" => format!("{:?}", raw(c, q, Page::default()).await?),
        "session_list" => format!("{:?}", session_list(c, q, &SessionPage::default()).await?),
        "all" => format!("{:?}", all(c, q, &Choices::default(), Utc::now()).await?),
        other => unreachable!("no view is named {other}"),
    })
}
