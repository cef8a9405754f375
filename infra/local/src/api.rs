//! The HTTP API in front of the ingest handler: what API Gateway is in AWS.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderName};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioTimer;
use sbw_ingest::{Ingest, MAX_BODY_BYTES, RawStore, SystemClock};
use sbw_servers::http;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// The most bytes of a request's head, and a bit more than API Gateway takes.
const HEAD_BYTES: usize = 16 * 1024;

/// How long parts of a request may take, as anybody may connect and send nothing.
#[derive(Debug, Clone, Copy)]
pub struct TimeLimits {
    /// From the connection, or the answer before, to the end of the head.
    pub head: Duration,
    /// From there to the end of the body.
    pub body: Duration,
}

impl Default for TimeLimits {
    /// Together below API Gateway's 30 s for the whole.
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            body: Duration::from_secs(15),
        }
    }
}

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
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Api {
    /// Listens on a port of 127.0.0.1; 0: a free one.
    pub async fn start<S: RawStore + 'static>(
        port: u16,
        ingest: Ingest<S, SystemClock>,
        limits: TimeLimits,
    ) -> Result<Self, ApiError> {
        let listen = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => ApiError::PortTaken(port),
            _ => ApiError::Listen { port, source },
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let mut connections = http1::Builder::new();
        connections
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_buf_size(HEAD_BYTES);
        let ingest = Arc::new(ingest);
        // Every path and method goes to the handler: it knows what to refuse.
        let service = move |peer| {
            let ingest = Arc::clone(&ingest);
            service_fn(move |request| {
                let ingest = Arc::clone(&ingest);
                async move { Ok::<_, Infallible>(receive(&ingest, peer, request, limits.body).await) }
            })
        };
        let (stop, stopped) = watch::channel(false);
        Ok(Self {
            address,
            stop,
            serving: tokio::spawn(http::accept(listener, connections, service, stopped)),
        })
    }

    /// Where events are sent to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers what it has begun to read, and no more.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        let _ = (&mut self.serving).await;
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn receive<S: RawStore>(
    ingest: &Ingest<S, SystemClock>,
    peer: SocketAddr,
    request: Request<Incoming>,
    within: Duration,
) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let Ok(body) = tokio::time::timeout(within, Limited::new(body, MAX_BODY_BYTES).collect()).await
    else {
        let words =
            br#"{"success":false,"message":"The body did not come in time: send it again"}"#;
        let mut response = Response::new(Full::from(&words[..]));
        *response.status_mut() = hyper::StatusCode::REQUEST_TIMEOUT;
        let close = header::HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
        return response;
    };
    let header = |name| text(&parts.headers, name);
    let request = sbw_ingest::Request {
        method: parts.method.as_str().into(),
        path: parts.uri.path().to_owned(),
        route: None,
        content_type: header(header::CONTENT_TYPE),
        content_encoding: header(header::CONTENT_ENCODING),
        origin: header(header::ORIGIN),
        asked_headers: header(header::ACCESS_CONTROL_REQUEST_HEADERS),
        source_ip: Some(peer.ip().to_string()),
        edge_key: None,
        viewer_address: None,
        user_agent: header(header::USER_AGENT),
        request_id: Some(Uuid::new_v4().to_string()),
        api_id: Some("local".to_owned()),
        stage: Some("$default".to_owned()),
        trace_id: None,
        // A body beyond the limit is cut one byte after it, for the handler to refuse.
        body: body.map_or_else(
            |_| Bytes::from(vec![b' '; MAX_BODY_BYTES + 1]),
            http_body_util::Collected::to_bytes,
        ),
    };
    let answer = ingest.handle(request).await;
    if let Some(failure) = &answer.facts.failure {
        tracing::error!(error = failure.chain(), "a raw object was not written");
    }
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(Full::from(answer.body)).unwrap_or_else(|_| {
        let mut response = Response::new(Full::default());
        *response.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}

/// A header's values, as API Gateway joins them.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let values = headers.get_all(name).iter();
    let texts: Vec<_> = values
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    (!texts.is_empty()).then(|| texts.join(","))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Instant;

    use rstest::rstest;
    use sbw_ingest::{Policy, StoreError};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    struct Nowhere;

    impl RawStore for Nowhere {
        async fn put(&self, _: &str, _: Bytes) -> Result<(), StoreError> {
            Ok(())
        }
    }

    const POST: &str =
        "POST /clickstream HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
    const EVENT: &str = r#"{"eventName":"a"}"#;

    /// An API in a hurry, and a connection to it.
    async fn connected() -> (Api, TcpStream) {
        let limits = TimeLimits {
            head: Duration::from_millis(300),
            body: Duration::from_millis(300),
        };
        let ingest = Ingest::new(Nowhere, SystemClock, Policy::default());
        let api = Api::start(0, ingest, limits).await.unwrap();
        let stream = TcpStream::connect(api.address()).await.unwrap();
        (api, stream)
    }

    /// Everything that comes until the connection is closed.
    async fn rest(stream: &mut TcpStream) -> String {
        let mut bytes = Vec::new();
        let read = stream.read_to_end(&mut bytes);
        // A peer that closes with bytes unread resets the connection: what it said came before.
        let _ = tokio::time::timeout(Duration::from_secs(20), read)
            .await
            .unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[rstest]
    #[case::nothing("", "")]
    #[case::part_of_a_line("POST /clicks", "")]
    #[case::part_of_the_head(POST, "")]
    #[case::no_body(&format!("{POST}content-length: 17\r\n\r\n"), "HTTP/1.1 408 ")]
    #[case::part_of_the_body(&format!("{POST}content-length: 17\r\n\r\n{{\"event"), "HTTP/1.1 408 ")]
    #[case::part_of_a_chunk(&format!("{POST}transfer-encoding: chunked\r\n\r\n11\r\n{{"), "HTTP/1.1 408 ")]
    #[case::nothing_after_an_answer(&format!("{POST}content-length: 17\r\n\r\n{EVENT}"), "HTTP/1.1 200 ")]
    #[tokio::test(flavor = "multi_thread")]
    async fn who_stops_sending_is_cut_off(#[case] sent: &str, #[case] answer: &str) {
        let (_api, mut stream) = connected().await;
        stream.write_all(sent.as_bytes()).await.unwrap();
        let said = rest(&mut stream).await;
        assert!(said.starts_with(answer), "{said}");
        assert!(!answer.is_empty() || !said.contains(" 200 "), "{said}");
    }

    /// A byte now and then does not help: the limit is of the whole.
    #[rstest]
    #[case::head(POST)]
    #[case::body(&format!("{POST}content-length: 100000\r\n\r\n"))]
    #[tokio::test(flavor = "multi_thread")]
    async fn who_sends_slowly_is_cut_off(#[case] start: &str) {
        let (_api, mut stream) = connected().await;
        let started = Instant::now();
        stream.write_all(start.as_bytes()).await.unwrap();
        let mut byte = [0];
        while started.elapsed() < Duration::from_secs(20) {
            let _ = stream.write_all(b"x").await;
            let read =
                tokio::time::timeout(Duration::from_millis(50), stream.read(&mut byte)).await;
            if read.is_ok() {
                return;
            }
        }
        panic!("it is still listening");
    }

    #[rstest]
    #[case::a_long_header(format!("{POST}x: {}\r\n\r\n", "y".repeat(40_000)))]
    #[case::a_long_path(format!("POST /{} HTTP/1.1\r\nhost: a\r\n\r\n", "y".repeat(40_000)))]
    #[case::many_headers(format!("{POST}{}\r\n", "x: y\r\n".repeat(200)))]
    #[tokio::test(flavor = "multi_thread")]
    async fn a_large_head_is_refused(#[case] head: String) {
        let (_api, mut stream) = connected().await;
        // The answer may come, and the end of the connection, while it is still being sent.
        let _ = stream.write_all(head.as_bytes()).await;
        let said = rest(&mut stream).await;
        let refused = ["HTTP/1.1 431 ", "HTTP/1.1 414 "];
        assert!(
            said.is_empty() || refused.iter().any(|status| said.starts_with(status)),
            "{said}"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_body_beyond_the_limit_is_refused_in_words() {
        let (_api, mut stream) = connected().await;
        let head = format!(
            "{POST}connection: close\r\ncontent-length: {}\r\n\r\n",
            MAX_BODY_BYTES + 1
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let _ = stream.write_all(&vec![b' '; MAX_BODY_BYTES + 1]).await;
        let said = rest(&mut stream).await;
        assert!(said.starts_with("HTTP/1.1 413 "), "{said}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_request_is_answered_and_the_next_one_too() {
        let (api, mut stream) = connected().await;
        let request = format!("{POST}content-length: 17\r\n\r\n{EVENT}");
        for last in ["", "connection: close\r\n"] {
            let request = request.replacen("host", &format!("{last}host"), 1);
            stream.write_all(request.as_bytes()).await.unwrap();
        }
        let said = rest(&mut stream).await;
        assert_eq!(said.matches("HTTP/1.1 200 ").count(), 2, "{said}");
        api.shutdown().await;
    }
}
