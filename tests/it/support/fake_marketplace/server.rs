//! The HTTP server: HTTP/1.1 and HTTP/2, with and without TLS.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::State;
use super::reply::{Body, Reply};
use super::routes::route;

/// How a connection has to end.
#[derive(Default)]
struct Shutdown {
    go_away: AtomicBool,
    hang_up: AtomicBool,
}

type BoxedError = Box<dyn std::error::Error + Send + Sync>;

pub(super) async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, state: Arc<Mutex<State>>) {
    let local = tokio::task::LocalSet::new();
    local
        .run_until(async {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                // With Nagle's algorithm, each part of a response would wait until the client acknowledges the previous
                // part.
                stream.set_nodelay(true).unwrap();
                state.lock().unwrap().connections += 1;
                let (tls, state) = (tls.clone(), Arc::clone(&state));
                tokio::task::spawn_local(async move {
                    let end = Arc::new(Shutdown::default());
                    let ending = Arc::clone(&end);
                    let max_streams = state.lock().unwrap().max_streams;
                    let serve = service_fn(move |request| handle(request, Arc::clone(&state), Arc::clone(&ending)));
                    let mut builder = auto::Builder::new(TokioExecutor::new());
                    builder.http2().max_concurrent_streams(max_streams);
                    match tls {
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) if stream.get_ref().1.alpn_protocol() == Some(b"h2") => {
                                serve_until_shutdown(
                                    builder.http2_only().serve_connection(TokioIo::new(stream), serve),
                                    &end,
                                )
                                .await;
                            }
                            Ok(stream) => {
                                serve_until_shutdown(
                                    builder.http1_only().serve_connection(TokioIo::new(stream), serve),
                                    &end,
                                )
                                .await;
                            }
                            // Some tests make the client refuse the certificate.
                            Err(_) => {}
                        },
                        None => serve_until_shutdown(builder.serve_connection(TokioIo::new(stream), serve), &end).await,
                    }
                });
            }
        })
        .await;
}

/// Serves a connection until the client or the test ends it.
async fn serve_until_shutdown<S, I>(connection: auto::Connection<'_, I, S, TokioExecutor>, end: &Shutdown)
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = BoxedError, Future: Send + 'static>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin + 'static,
{
    let mut connection = std::pin::pin!(connection);
    std::future::poll_fn(|context| {
        let served = connection.as_mut().poll(context);
        if end.hang_up.load(Ordering::Relaxed) {
            return Poll::Ready(());
        }
        if end.go_away.swap(false, Ordering::Relaxed) {
            connection.as_mut().graceful_shutdown();
            context.waker().wake_by_ref();
        }
        // Some tests make the client disconnect early, so errors are ignored.
        served.map(|_| ())
    })
    .await;
}

async fn handle(
    request: Request<Incoming>,
    state: Arc<Mutex<State>>,
    end: Arc<Shutdown>,
) -> Result<Response<Body>, BoxedError> {
    let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let round = state.lock().unwrap().round(&path);
    if let Some(round) = round {
        let _ = round.await;
    }
    let (status, value, reply) = {
        let mut state = state.lock().unwrap();
        state.log.push(path.clone());
        state.headers.push(request.headers().clone());
        state.versions.push(request.version());
        let times = state.log.iter().filter(|earlier| **earlier == path).count();
        let (status, value) = route(&state, request.uri().path(), request.uri().query().unwrap_or_default());
        let reply = state.responder.as_mut().map_or(Reply::Normal, |responder| responder(&path, times, &value));
        (status, value, reply)
    };
    match reply {
        Reply::Reset(reason) => return Err(h2::Error::from(reason).into()),
        Reply::HangUp => {
            end.hang_up.store(true, Ordering::Relaxed);
            return Err(h2::Error::from(h2::Reason::CANCEL).into());
        }
        Reply::GoAway => end.go_away.store(true, Ordering::Relaxed),
        _ => {}
    }
    Ok(reply.response(status, value).await)
}
