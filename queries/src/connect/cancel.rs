//! Ending a query from outside its session.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::future::{MapOk, TryFutureExt};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_postgres::CancelToken;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::ConnectError;
use super::target::Target;

/// Ends the running query of one session, from outside it.
#[derive(Clone)]
pub struct Canceller {
    token: CancelToken,
    connector: MakeRustlsConnect,
    target: Target,
}

const CANCEL_TIMEOUT: Duration = Duration::from_secs(5);

impl Canceller {
    pub(super) fn new(token: CancelToken, connector: MakeRustlsConnect, target: &Target) -> Self {
        Self {
            token,
            connector,
            target: target.clone(),
        }
    }

    /// Asks the server to end the running query, over a connection of its own
    /// with the same protection, and waits until that was done. The query itself then
    /// fails as cancelled; one that is already over is not affected.
    pub async fn cancel(&self) -> Result<(), ConnectError> {
        let limit = self
            .target
            .connect_timeout
            .unwrap_or(CANCEL_TIMEOUT)
            .min(CANCEL_TIMEOUT);
        match tokio::time::timeout(limit, self.ask()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Failed::Server(error))) => Err(ConnectError::from_driver(&self.target, error)),
            Ok(Err(Failed::Network(source))) => Err(ConnectError::Unreachable {
                at: self.target.to_string(),
                reason: source.to_string(),
                source: source.into(),
            }),
            Err(_) => Err(ConnectError::timed_out(&self.target, limit)),
        }
    }

    async fn ask(&self) -> Result<(), Failed> {
        let Target { host, port, .. } = &self.target;
        if self.target.is_local_socket() {
            let socket = UnixStream::connect(format!("{host}/.s.PGSQL.{port}")).await;
            return self.ask_over(socket?).await;
        }
        let socket = match self.target.hostaddr {
            Some(address) => TcpStream::connect((address, *port)).await,
            None => TcpStream::connect((host.as_str(), *port)).await,
        };
        self.ask_over(socket?).await
    }

    async fn ask_over<S>(&self, socket: S) -> Result<(), Failed>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut connector = self.connector.clone();
        let tls =
            match MakeTlsConnect::<Patient<S>>::make_tls_connect(&mut connector, &self.target.host)
            {
                Ok(tls) => PatientTls(tls),
                Err(never) => match never {},
            };
        let asked = self.token.cancel_query_raw(Patient(socket), tls).await;
        asked.map_err(Failed::Server)
    }
}

enum Failed {
    Network(io::Error),
    Server(tokio_postgres::Error),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Network(error)
    }
}

/// Hangs up after the other side. The driver hangs up at once, and a pooler that has
/// not passed the request on by then never does.
struct Patient<S>(S);

/// The same for what TLS is spoken over.
struct PatientTls<T>(T);

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut bytes = [0; 64];
            let mut buffer = ReadBuf::new(&mut bytes);
            let read = ready!(Pin::new(&mut self.0).poll_read(context, &mut buffer));
            // A connection that breaks off is over, too.
            if read.is_err() || buffer.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: TlsStream + Unpin> TlsStream for Patient<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.0.channel_binding()
    }
}

impl<S, T: TlsConnect<S>> TlsConnect<S> for PatientTls<T>
where
    T::Stream: Unpin,
{
    type Stream = Patient<T::Stream>;
    type Error = T::Error;
    type Future = MapOk<T::Future, fn(T::Stream) -> Patient<T::Stream>>;

    fn connect(self, stream: S) -> Self::Future {
        self.0.connect(stream).map_ok(Patient)
    }
}
