//! Opening a session, and what is heard from it while it lives.

use std::time::Duration;

use futures::StreamExt;
use futures::stream::poll_fn;
use secrecy::ExposeSecret;
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, CancelToken, Client, Config, config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::ConnectError;
use super::session::SessionOptions;
use super::target::{ChannelBinding, SslMode, Target};
use super::tls;

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

/// Ends the running query of one session, from outside it.
#[derive(Clone)]
pub struct Canceller {
    token: CancelToken,
    connector: MakeRustlsConnect,
    target: Target,
}

impl Canceller {
    /// Asks the server to end the running query, over a connection of its own
    /// with the same protection. The query itself then fails as cancelled; one
    /// that is already over is not affected.
    pub async fn cancel(&self) -> Result<(), ConnectError> {
        let limit = self
            .target
            .connect_timeout
            .unwrap_or(CANCEL_TIMEOUT)
            .min(CANCEL_TIMEOUT);
        match tokio::time::timeout(limit, self.token.cancel_query(self.connector.clone())).await {
            Ok(done) => done.map_err(|error| ConnectError::from_driver(&self.target, error)),
            Err(_) => Err(ConnectError::timed_out(&self.target, limit)),
        }
    }
}

const CANCEL_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens a session on the target. With `prefer`, a server whose TLS does not
/// work out, or which lets this role in only without it, is tried again plainly.
pub async fn connect(target: &Target, session: &SessionOptions) -> Result<Connected, ConnectError> {
    let first = if target.is_local_socket() {
        config::SslMode::Disable
    } else {
        driver_mode(target.sslmode)
    };
    match attempt(target, session, first).await {
        Err(ConnectError::Tls { .. } | ConnectError::NotAllowed { .. })
            if first == config::SslMode::Prefer =>
        {
            attempt(target, session, config::SslMode::Disable).await
        }
        result => result,
    }
}

async fn attempt(
    target: &Target,
    session: &SessionOptions,
    ssl_mode: config::SslMode,
) -> Result<Connected, ConnectError> {
    let connector = tls::connector(target)?;
    let config = configure(target, session, ssl_mode);
    let connecting = config.connect(connector.clone());
    let connected = match target.connect_timeout {
        // The driver's own limit ends with the TCP handshake; a dead tunnel
        // accepts that and then says nothing.
        Some(limit) => tokio::time::timeout(limit, connecting)
            .await
            .map_err(|_| ConnectError::timed_out(target, limit))?,
        None => connecting.await,
    };
    let (client, connection) =
        connected.map_err(|error| ConnectError::from_driver(target, error))?;
    let (sender, events) = mpsc::channel(UNREAD);
    tokio::spawn(drive(connection, sender));
    let canceller = Canceller {
        token: client.cancel_token(),
        connector,
        target: target.clone(),
    };
    Ok(Connected {
        client,
        canceller,
        events,
    })
}

fn configure(target: &Target, session: &SessionOptions, ssl_mode: config::SslMode) -> Config {
    let mut config = Config::new();
    config
        .host(&target.host)
        .port(target.port)
        .user(&target.user)
        .dbname(&target.dbname)
        .application_name(&session.application_name)
        .options(session.startup())
        .ssl_mode(ssl_mode)
        .channel_binding(match target.channel_binding {
            ChannelBinding::Disable => config::ChannelBinding::Disable,
            ChannelBinding::Prefer => config::ChannelBinding::Prefer,
            ChannelBinding::Require => config::ChannelBinding::Require,
        })
        .keepalives_idle(Duration::from_secs(30))
        .keepalives_interval(Duration::from_secs(10))
        .keepalives_retries(3)
        .tcp_user_timeout(Duration::from_mins(1));
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
                reason = Some(crate::error::in_full(&error));
                break;
            }
        }
    }
    // The socket first: whoever waits for an answer learns at once that none comes.
    drop(messages);
    drop(connection);
    let _ = events.send(LinkEvent::Closed(reason)).await;
}
