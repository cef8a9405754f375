//! Opening a session, and what is heard from it while it lives.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use futures::StreamExt;
use futures::stream::poll_fn;
use secrecy::ExposeSecret;
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, Config, config};

use super::cancel::Canceller;
use super::clock;
use super::error::ConnectError;
use super::session::SessionOptions;
use super::target::{ChannelBinding, SslMode, Target};
use super::tls;
use crate::error::in_full;

/// A live session. Its driver runs as a task of the runtime that connected, and
/// ends when the client is dropped.
pub struct Connected {
    /// Asks and hears answers.
    pub client: Client,
    /// Ends what the client is asking.
    pub canceller: Canceller,
    /// What happens to the session besides answers. May be left unread: when
    /// [`UNREAD`] events wait, further notifications are dropped.
    pub events: mpsc::Receiver<LinkEvent>,
    /// How far the server's clock is ahead of this machine's.
    pub clock_offset: TimeDelta,
    /// Whether the server follows another one: nothing can be listened to.
    pub is_standby: bool,
    /// Behind a pooler, which shares sessions: the statements with which every
    /// transaction begins, as none of the settings is the session's.
    pub local_settings: Option<String>,
}

/// Something the server or the network said by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkEvent {
    /// A `NOTIFY` on a channel that this session listens to.
    Notification {
        /// The channel.
        channel: String,
        /// What was sent with it.
        payload: String,
    },
    /// The session is over. None: this side closed it.
    Closed(Option<String>),
}

/// How many events wait for a reader.
pub const UNREAD: usize = 64;

/// One way to try.
#[derive(Clone, Copy)]
struct Way {
    ssl_mode: config::SslMode,
    /// Whether the settings travel with the first packet, which poolers refuse.
    settings: bool,
}

/// Opens a session on the target. With `prefer`, a server whose TLS does not
/// work out, or which lets this role in only without it, is tried again plainly;
/// one that takes no settings with the first packet is tried again without them.
pub async fn connect(target: &Target, session: &SessionOptions) -> Result<Connected, ConnectError> {
    let mut way = Way {
        ssl_mode: if target.is_local_socket() {
            config::SslMode::Disable
        } else {
            driver_mode(target.sslmode)
        },
        settings: true,
    };
    loop {
        let attempt = attempt(target, session, way);
        let result = match target.connect_timeout {
            // The driver's own limit ends with the TCP handshake; a dead tunnel
            // accepts that and then says nothing.
            Some(limit) => tokio::time::timeout(limit, attempt)
                .await
                .map_err(|_| ConnectError::timed_out(target, limit))?,
            None => attempt.await,
        };
        match result {
            Err(ConnectError::Tls { .. } | ConnectError::NotAllowed { .. })
                if way.ssl_mode == config::SslMode::Prefer =>
            {
                way.ssl_mode = config::SslMode::Disable;
            }
            // What the reader set for the session must not be dropped.
            Err(ConnectError::SettingsRefused { .. })
                if way.settings && target.options.is_none() =>
            {
                way.settings = false;
            }
            result => return result,
        }
    }
}

async fn attempt(
    target: &Target,
    session: &SessionOptions,
    way: Way,
) -> Result<Connected, ConnectError> {
    let connector = tls::connector(target)?;
    let config = configure(target, session, way);
    let failed = |error| ConnectError::from_driver(target, error);
    let (client, connection) = config.connect(connector.clone()).await.map_err(failed)?;
    let (sender, events) = mpsc::channel(UNREAD);
    tokio::spawn(drive(connection, sender));
    let canceller = Canceller::new(client.cancel_token(), connector, target);
    let mut connected = Connected {
        client,
        canceller,
        events,
        clock_offset: TimeDelta::zero(),
        is_standby: false,
        local_settings: None,
    };
    let has_settings = connected.greet().await.map_err(failed)?;
    target.check_role(connected.is_standby)?;
    if !has_settings {
        connected.share(target, session).await?;
    }
    Ok(connected)
}

impl Connected {
    /// Looks at what is there; whether the session has its settings.
    async fn greet(&mut self) -> Result<bool, tokio_postgres::Error> {
        let sent = Utc::now();
        let rows = self
            .client
            .query_typed(include_str!("../../access/greeting.sql"), &[])
            .await?;
        let heard = Utc::now();
        let Some(row) = rows.first() else {
            return Ok(false);
        };
        self.clock_offset = clock::offset(sent, row.try_get("now")?, heard);
        self.is_standby = row.try_get("is_standby")?;
        row.try_get("has_settings")
    }

    /// Makes do with a session that is shared with others.
    async fn share(
        &mut self,
        target: &Target,
        session: &SessionOptions,
    ) -> Result<(), ConnectError> {
        if target.options.is_some() {
            return Err(ConnectError::SettingsDropped {
                at: target.to_string(),
            });
        }
        if !session.may_share {
            return Err(ConnectError::Shared {
                at: target.to_string(),
            });
        }
        let local = session.local();
        // In two messages: all at once would pass as a single statement.
        let trial = format!("begin read only; {local}");
        let refused = |source| ConnectError::NoTransactions {
            at: target.to_string(),
            reason: in_full(&source),
            source: Box::new(source),
        };
        self.client.batch_execute(&trial).await.map_err(refused)?;
        self.client.batch_execute("commit").await.map_err(refused)?;
        tracing::info!(%target, "a pooler is in between");
        self.local_settings = Some(local);
        Ok(())
    }
}

fn configure(target: &Target, session: &SessionOptions, way: Way) -> Config {
    let mut config = Config::new();
    config
        .host(&target.host)
        .port(target.port)
        .user(&target.user)
        .dbname(&target.dbname)
        .application_name(&session.application_name)
        .ssl_mode(way.ssl_mode)
        .ssl_negotiation(if target.direct_tls {
            config::SslNegotiation::Direct
        } else {
            config::SslNegotiation::Postgres
        })
        .channel_binding(match target.channel_binding {
            ChannelBinding::Disable => config::ChannelBinding::Disable,
            ChannelBinding::Prefer => config::ChannelBinding::Prefer,
            ChannelBinding::Require => config::ChannelBinding::Require,
        })
        .keepalives_idle(Duration::from_secs(30))
        .keepalives_interval(Duration::from_secs(10))
        .keepalives_retries(3)
        .tcp_user_timeout(Duration::from_mins(1));
    if way.settings {
        config.options(session.startup(target.options.as_deref()));
    }
    if let Some(address) = target.hostaddr {
        config.hostaddr(address);
    }
    if let Some((password, _)) = &target.password {
        config.password(password.expose_secret());
    }
    config
}

const fn driver_mode(mode: SslMode) -> config::SslMode {
    match mode {
        SslMode::Disable => config::SslMode::Disable,
        SslMode::Prefer => config::SslMode::Prefer,
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => config::SslMode::Require,
    }
}

async fn drive<S, T>(
    mut connection: tokio_postgres::Connection<S, T>,
    events: mpsc::Sender<LinkEvent>,
) where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let mut messages = poll_fn(|context| connection.poll_message(context));
    let mut reason = None;
    while let Some(message) = messages.next().await {
        match message {
            Ok(AsyncMessage::Notification(said)) => {
                let event = LinkEvent::Notification {
                    channel: said.channel().to_owned(),
                    payload: said.payload().to_owned(),
                };
                // Full or without a reader: nobody is waiting for it.
                let _ = events.try_send(event);
            }
            Ok(AsyncMessage::Notice(notice)) => {
                tracing::debug!(notice = notice.message(), "from the server");
            }
            Ok(_) => {}
            Err(error) => {
                reason = Some(in_full(&error));
                break;
            }
        }
    }
    // The socket first: whoever waits for an answer learns at once that none comes.
    drop(messages);
    drop(connection);
    let _ = events.send(LinkEvent::Closed(reason)).await;
}
