//! From TCP to requests: what the S3 server and `sbw-local`'s API listen with.

use std::{error::Error, net::SocketAddr, pin::pin, time::Duration};

use hyper::{
    Request, Response,
    body::{Body, Incoming},
    server::conn::http1,
    service::Service,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

/// How long requests that are being answered may take once the server stops.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// Serves until `stopped` says so. Dropped, it cuts every connection. `builder` has the limits of a
/// connection; `service` answers those of a peer.
pub async fn accept<S, B>(
    listener: TcpListener,
    builder: http1::Builder,
    service: impl Fn(SocketAddr) -> S,
    mut stopped: watch::Receiver<bool>,
) where
    S: Service<Request<Incoming>, Response = Response<B>> + Send + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let mut connections = JoinSet::new();
    let for_connections = stopped.clone();
    loop {
        tokio::select! {
            () = told_to_stop(&mut stopped) => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(serve(stream, builder.clone(), service(peer), for_connections.clone()));
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

async fn serve<S, B>(
    stream: TcpStream,
    builder: http1::Builder,
    service: S,
    mut stopped: watch::Receiver<bool>,
) where
    S: Service<Request<Incoming>, Response = Response<B>>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    // Without it small answers wait for the client's acknowledgement.
    let _ = stream.set_nodelay(true);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
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
