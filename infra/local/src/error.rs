//! Why the platform does not run, in words that say what to do.

use std::error::Error as _;

use sbw_servers::{postgres, s3};

use crate::api::ApiError;
use crate::history::HistoryError;
use crate::home::HomeError;
use crate::oltp::OltpError;
use crate::simulator::CatalogueError;
use crate::storefront::StorefrontError;
use crate::warehouse::WarehouseError;

/// Why the platform does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data directory cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The S3 server does not run.
    #[error("the S3 server cannot start")]
    S3(#[from] s3::StartError),
    /// The API does not run.
    #[error("the HTTP API cannot start")]
    Api(#[from] ApiError),
    /// There is no warehouse.
    #[error("the warehouse cannot start")]
    Warehouse(#[from] WarehouseError),
    /// The shop has no database.
    #[error("the shop's database cannot be set up")]
    Oltp(#[from] OltpError),
    /// The shop in the browser does not run.
    #[error("the shop cannot start")]
    Storefront(#[from] StorefrontError),
    /// The simulated shop has nothing to sell.
    #[error("the shop cannot open")]
    Catalogue(#[from] CatalogueError),
    /// The history could not be written.
    #[error("the history cannot be written")]
    History(#[from] HistoryError),
    /// How far the simulation has come is not known.
    #[error(
        "simulation.json of the data directory cannot be read; remove it to begin a new history"
    )]
    Simulation(#[source] serde_json::Error),
    /// The dashboard has no terminal.
    #[error("the dashboard cannot be drawn; try --headless")]
    Dashboard(#[from] sbw_tui::RunError),
    /// Somebody insisted while everything was stopping.
    #[error("stopped at once, before everything had ended in order")]
    Killed,
    /// The system refuses something basic.
    #[error("the system refuses to go on")]
    System(#[from] std::io::Error),
}

impl Error {
    /// The whole story, and what to do about it if it is known.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            let said = error.to_string();
            if !words.ends_with(&said) {
                words.push_str(": ");
                words.push_str(&said);
            }
            cause = error.source();
        }
        if let Some((flag, example)) = self.taken_port() {
            words.push_str(". Stop that program, or choose another port with ");
            words.push_str(flag);
            words.push_str(example);
        }
        words
    }

    fn taken_port(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Api(ApiError::PortTaken(_)) => Some(("--api-port", " (0 takes a free one)")),
            Self::S3(s3::StartError::PortTaken { .. }) => {
                Some(("--s3-port", " (0 takes a free one)"))
            }
            Self::Storefront(StorefrontError::PortTaken(_)) => {
                Some(("--shop-port", " (0 takes a free one)"))
            }
            Self::Warehouse(WarehouseError::Server(postgres::Error::PortTaken { .. })) => {
                Some(("--pg-port", " (0 takes a free one)"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(ApiError::PortTaken(8787).into(), "the HTTP API cannot start: port 8787 is taken by another program", "--api-port")]
    #[case(StorefrontError::PortTaken(3000).into(), "the shop cannot start: port 3000 is taken by another program", "--shop-port")]
    #[case(StorefrontError::NotBuilt("/nothing".into()).into(), "the shop cannot start: /nothing holds no built shop", "make shop")]
    #[case(s3::StartError::PortTaken { port: 9000 }.into(), "the S3 server cannot start: port 9000 is taken by another program", "--s3-port")]
    #[case(WarehouseError::from(postgres::Error::PortTaken { port: 5432 }).into(), "the warehouse cannot start: port 5432 is taken by another program", "--pg-port")]
    #[case(WarehouseError::from(postgres::Error::NotFound { looked: vec!["/usr/bin".into()] }).into(), "the warehouse cannot start: PostgreSQL is not installed (looked in /usr/bin)", "make setup")]
    #[case(WarehouseError::from(postgres::Error::DiskFull { path: "/data".into() }).into(), "the warehouse cannot start: the disk that holds /data is full", "Free some space")]
    fn errors_say_what_to_do(#[case] error: Error, #[case] begins: &str, #[case] names: &str) {
        let words = error.in_words();
        assert!(words.starts_with(begins), "{words}");
        assert!(words.contains(names), "{words}");
    }
}
