//! Why orders could not be compared.

use std::time::Duration;

use sbw_queries::connect::{ConnectError, Target};
use tokio_postgres::error::SqlState;

use super::FileError;
use crate::{EtlError, error::in_full};

/// What stopped a reconciliation. The text says which side it was, and what to do.
#[derive(Debug, thiserror::Error)]
#[expect(
    missing_docs,
    reason = "the messages describe the variants, and the names describe the fields"
)]
pub enum ReconcileError {
    /// No connection to the shop's database.
    #[error("the shop's database cannot be reached")]
    ShopConnect(#[source] Box<ConnectError>),
    /// Another database, or a much older schema.
    #[error(
        "{shop} has no orders as infra/oltp/schema.sql makes them ({reason}); name the shop's database in the URL"
    )]
    NoOrders {
        shop: String,
        reason: String,
        source: tokio_postgres::Error,
    },
    /// The role may not read orders.
    #[error(
        "{user} may not read the orders of {shop}; connect as web_app, or let its owner `grant select on orders to {user}`"
    )]
    ShopNotAllowed {
        shop: String,
        user: String,
        source: tokio_postgres::Error,
    },
    /// The shop needs its database more than we do.
    #[error(
        "{shop} is busy ({reason}); name a shorter range, ask at a quieter time, or compare an exported file (--file)"
    )]
    ShopBusy {
        shop: String,
        reason: String,
        source: tokio_postgres::Error,
    },
    /// Anything else that the shop's database says.
    #[error("the shop's database failed: {reason}")]
    Shop {
        reason: String,
        source: tokio_postgres::Error,
    },
    /// The file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The warehouse took too long.
    #[error(
        "the warehouse did not answer within {within:?}; run `sbw-etl refresh`, so that it need not read events, and try again"
    )]
    WarehouseSlow {
        within: Duration,
        source: Box<EtlError>,
    },
    /// The warehouse cannot be reached, or failed.
    #[error(transparent)]
    Warehouse(#[from] EtlError),
}

impl ReconcileError {
    /// Whether there is no connection, rather than a failure after one.
    #[must_use]
    pub const fn is_connection(&self) -> bool {
        match self {
            Self::ShopConnect(_) => true,
            Self::Warehouse(error) => error.is_connection(),
            _ => false,
        }
    }

    pub(super) fn shop(target: &Target, source: tokio_postgres::Error) -> Self {
        let shop = target.to_string();
        let reason = in_full(&source);
        match source.code().cloned() {
            Some(SqlState::UNDEFINED_TABLE | SqlState::UNDEFINED_COLUMN) => Self::NoOrders {
                shop,
                reason,
                source,
            },
            Some(SqlState::INSUFFICIENT_PRIVILEGE) => Self::ShopNotAllowed {
                shop,
                user: target.user.clone(),
                source,
            },
            Some(SqlState::QUERY_CANCELED | SqlState::LOCK_NOT_AVAILABLE) => Self::ShopBusy {
                shop,
                reason,
                source,
            },
            _ => Self::Shop { reason, source },
        }
    }

    pub(super) fn warehouse(error: EtlError, within: Duration) -> Self {
        match &error {
            EtlError::Warehouse { source, .. }
                if source.code() == Some(&SqlState::QUERY_CANCELED) =>
            {
                Self::WarehouseSlow {
                    within,
                    source: Box::new(error),
                }
            }
            _ => Self::Warehouse(error),
        }
    }
}
