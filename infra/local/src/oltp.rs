//! The shop's database, on the warehouse's server: schema, catalogue, and the role
//! that the shop signs in as. The statements are those of the hosts (`infra/oltp`).

use bytes::Bytes;
use futures::SinkExt;
use sbw_queries::connect::ConnectError;
use sbw_servers::postgres::Postgres;
use secrecy::ExposeSecret;

use crate::keys::Keys;
use crate::simulator::CATALOGUE;
use crate::warehouse::{give_password, open_database};

/// The shop's database.
pub const DATABASE: &str = "clickstream_web";
/// The role that the shop signs in as.
pub const ROLE: &str = "web_app";

/// Why the shop has no database.
#[derive(Debug, thiserror::Error)]
pub enum OltpError {
    /// PostgreSQL does not let us in.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// It refused something.
    #[error("PostgreSQL refused to set the shop's database up")]
    Refused(#[from] tokio_postgres::Error),
}

/// Makes the database if it is not there, and brings schema, catalogue and role to
/// what this program knows. What was sold and ordered stays.
pub async fn prepare(server: &Postgres, keys: &Keys) -> Result<(), OltpError> {
    let create = include_str!("../sql/create_shop_database.sql");
    let mut shop = open_database::<OltpError>(server, keys, DATABASE, create).await?;
    let change = shop.transaction().await?;
    change
        .batch_execute(include_str!("../../oltp/schema.sql"))
        .await?;
    change
        .batch_execute(include_str!("../../oltp/catalogue_stage.sql"))
        .await?;
    let into = change
        .copy_in::<_, Bytes>(include_str!("../sql/load_catalogue.sql"))
        .await?;
    let mut into = Box::pin(into);
    into.send(Bytes::from_static(CATALOGUE.as_bytes())).await?;
    into.as_mut().finish().await?;
    change
        .batch_execute(include_str!("../../oltp/catalogue_merge.sql"))
        .await?;
    change.commit().await?;
    give_password(&mut shop, ROLE, &keys.web_app).await?;
    Ok(())
}

/// How the shop reaches it. Has its password.
#[must_use]
pub fn url(server: &Postgres, keys: &Keys) -> String {
    let password = keys.web_app.expose_secret();
    let port = server.port();
    format!("postgresql://{ROLE}:{password}@127.0.0.1:{port}/{DATABASE}")
}
