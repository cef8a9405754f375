//! From TCP to requests.

use std::future::pending;
use std::io;
use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt as _};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use s3s::Body;
use s3s::dto::StreamingBlob;
use s3s::service::S3Service;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::faults::{Fault, Faults};

/// How long requests that are being answered may take once the server stops.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// Serves until `stopped` says so. Dropped, it cuts every connection.
pub(super) async fn accept(
    listener: TcpListener,
    service: Faulty,
    mut stopped: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    let for_connections = stopped.clone();
    loop {
        tokio::select! {
            () = told_to_stop(&mut stopped) => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, service.clone(), for_connections.clone()));
                }
                // Out of files, most likely: the ones that end now make room.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
        }
    }
    drop(listener);
    let all_done = async { while connections.join_next().await.is_some() {} };
    // Whoever is not done by then is cut.
    let _ = tokio::time::timeout(LAST_ANSWERS, all_done).await;
}

async fn serve(stream: TcpStream, service: Faulty, mut stopped: watch::Receiver<bool>) {
    // Without it small answers wait for the client's acknowledgement.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // How a connection ends is the client's business.
    tokio::select! {
        _ = &mut connection => return,
        () = told_to_stop(&mut stopped) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

async fn told_to_stop(stopped: &mut watch::Receiver<bool>) {
    // A server that is gone cannot tell any more: it has stopped, too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// The S3 service, and what goes wrong before it.
#[derive(Clone)]
pub(super) struct Faulty {
    pub(super) service: S3Service,
    pub(super) faults: Faults,
}

impl Service<Request<Incoming>> for Faulty {
    type Response = Response<Body>;
    type Error = io::Error;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let target = request
            .uri()
            .path_and_query()
            .map_or("/", |target| target.as_str());
        let fault = self.faults.of(request.method().as_str(), target);
        let service = self.service.clone();
        Box::pin(async move {
            match fault {
                None => {
                    let answer: Pin<Box<_>> = Service::call(&service, request);
                    answer.await.map_err(io::Error::other)
                }
                Some(Fault::Status(status)) => {
                    let code = if status == 503 {
                        "SlowDown"
                    } else {
                        "InternalError"
                    };
                    refused(status, code)
                }
                Some(Fault::Refused(status, code)) => refused(status, code),
                Some(Fault::Answer {
                    status,
                    headers,
                    body,
                }) => {
                    let answer = headers.iter().fold(
                        Response::builder().status(status),
                        |answer, (name, value)| answer.header(*name, *value),
                    );
                    // As a stream, whose length nobody compares with what the headers promise; what
                    // there is of it is on its way before its end is known.
                    let rest = stream::once(async {
                        tokio::task::yield_now().await;
                        Ok(Bytes::new())
                    });
                    let body =
                        stream::iter([Ok::<_, io::Error>(Bytes::from_static(body.as_bytes()))])
                            .chain(rest);
                    answer
                        .body(Body::from(StreamingBlob::wrap(body)))
                        .map_err(io::Error::other)
                }
                Some(Fault::Silence) => pending().await,
                Some(Fault::Cut) => Err(io::Error::from(io::ErrorKind::ConnectionAborted)),
            }
        })
    }
}

fn refused(status: u16, code: &str) -> io::Result<Response<Body>> {
    let body = format!("<Error><Code>{code}</Code><Message>injected</Message></Error>");
    let answer = Response::builder().status(status).body(Body::from(body));
    answer.map_err(io::Error::other)
}
