//! What goes wrong before S3's own service.

use std::future::pending;
use std::io;
use std::pin::Pin;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt as _};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper::{Request, Response};
use s3s::Body;
use s3s::dto::StreamingBlob;
use s3s::service::S3Service;

use super::faults::{Fault, Faults};

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
