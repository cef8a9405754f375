//! The HTTP API in front of the ingest handler: what API Gateway is in AWS.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use bytes::Bytes;
use sbw_ingest::{Ingest, MAX_BODY_BYTES, RawStore, SystemClock};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// The API is not up.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The port is somebody else's.
    #[error("port {0} is taken by another program")]
    PortTaken(u16),
    /// It cannot listen.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// On this port.
        port: u16,
        /// Why not.
        source: io::Error,
    },
}

/// The running API. Dropped, it stops at once.
#[derive(Debug)]
pub struct Api {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

impl Api {
    /// Listens on a port of 127.0.0.1; 0: a free one.
    pub async fn start<S: RawStore + 'static>(
        port: u16,
        ingest: Ingest<S, SystemClock>,
    ) -> Result<Self, ApiError> {
        let listen = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => ApiError::PortTaken(port),
            _ => ApiError::Listen { port, source },
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        // Every path and method goes to the handler: it knows what to refuse.
        let router = Router::new()
            .fallback(receive::<S>)
            .with_state(Arc::new(ingest));
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            let until = async {
                // A handle that is gone means the same.
                let _ = stopped.await;
            };
            if let Err(error) = axum::serve(listener, service)
                .with_graceful_shutdown(until)
                .await
            {
                tracing::error!(error = %error, "the API stopped");
            }
        });
        Ok(Self {
            address,
            stop: Some(stop),
            serving,
        })
    }

    /// Where events are sent to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers what it has begun to read, and no more.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        // Idle connections that clients keep open may outlive their welcome.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(2), &mut self.serving).await;
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn receive<S: RawStore>(
    State(ingest): State<Arc<Ingest<S, SystemClock>>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request<Body>,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let header = |name| text(&parts.headers, name);
    let request = sbw_ingest::Request {
        method: parts.method.as_str().into(),
        path: parts.uri.path().to_owned(),
        content_type: header(header::CONTENT_TYPE),
        origin: header(header::ORIGIN),
        source_ip: Some(peer.ip().to_string()),
        user_agent: header(header::USER_AGENT),
        request_id: Some(Uuid::new_v4().to_string()),
        api_id: Some("local".to_owned()),
        stage: Some("$default".to_owned()),
        trace_id: None,
        // A body beyond the limit is cut one byte after it, for the handler to refuse.
        body: to_bytes(body, MAX_BODY_BYTES)
            .await
            .unwrap_or_else(|_| Bytes::from(vec![b' '; MAX_BODY_BYTES + 1])),
    };
    let answer = ingest.handle(request).await;
    if let Some(failure) = &answer.facts.failure {
        tracing::error!(error = failure.chain(), "a raw object was not written");
    }
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(answer.body)).unwrap_or_else(|_| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    Some(String::from_utf8_lossy(headers.get(name)?.as_bytes()).into_owned())
}
