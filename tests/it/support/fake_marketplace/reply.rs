//! How a request is answered: as the API would, or with a fault.

use std::io::{self, Write};
use std::time::Duration;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::Response;
use hyper::body::{Bytes, Frame};
use serde_json::Value;

pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

const JSON: &str = "application/json";

pub enum Reply {
    /// As the API would.
    Normal,
    /// With this value instead of the one that the API would send.
    Json(Value),
    /// With this status, content type and body.
    Raw(u16, &'static str, Vec<u8>),
    /// With a status and one header.
    Header(u16, &'static str, &'static str),
    /// With half of what the API would send; then the connection breaks.
    Half,
    /// As the API would, after this time.
    Late(Duration),
    /// Never.
    Silence,
    /// With blanks of this many bytes.
    Endless(usize),
    /// As the API would, in gzip.
    Gzip,
    /// With this body, which is declared as gzip.
    Packed(Vec<u8>),
    /// In gzip, with a body that unpacks to blanks of this many MiB.
    Bomb(usize),
    /// Not at all: over HTTP/2 the stream is reset, over HTTP/1.1 the connection is closed.
    Reset(h2::Reason),
    /// As the API would; afterwards the connection takes no more requests.
    GoAway,
    /// Not at all, and the connection is closed with all its other requests.
    HangUp,
}

impl Reply {
    /// The response to a request that the API would answer with this status and value..
    pub(super) async fn response(self, status: u16, value: Value) -> Response<Body> {
        let response = Response::builder().header("x-request-id", "req-1");
        match self {
            Self::Reset(_) | Self::HangUp => unreachable!("the server gives no response"),
            Self::Silence => {
                tokio::time::sleep(Duration::from_mins(10)).await;
                response.body(whole(Vec::new()))
            }
            Self::Late(delay) => {
                tokio::time::sleep(delay).await;
                response.status(status).header("content-type", JSON).body(whole(value.to_string().into()))
            }
            Self::Normal | Self::GoAway => {
                response.status(status).header("content-type", JSON).body(whole(value.to_string().into()))
            }
            Self::Json(value) => response.header("content-type", JSON).body(whole(value.to_string().into())),
            Self::Raw(status, kind, body) => response.status(status).header("content-type", kind).body(whole(body)),
            Self::Header(status, name, value) => response.status(status).header(name, value).body(whole(Vec::new())),
            Self::Half => {
                let half = Bytes::from(value.to_string()[..value.to_string().len() / 2].to_owned());
                let broken = [Ok(Frame::data(half)), Err(io::Error::other("broken"))];
                let body = StreamBody::new(futures_util::stream::iter(broken)).boxed_unsync();
                response.header("content-type", JSON).body(body)
            }
            Self::Endless(bytes) => {
                response.header("content-type", JSON).body(repeated(vec![b' '; 1 << 16], bytes >> 16, Vec::new()))
            }
            Self::Gzip => response
                .header("content-type", JSON)
                .header("content-encoding", "gzip")
                .body(whole(gzip(value.to_string().as_bytes()))),
            Self::Packed(bytes) => {
                response.header("content-type", JSON).header("content-encoding", "gzip").body(whole(bytes))
            }
            Self::Bomb(mib) => {
                let (start, block) = bomb();
                let body = repeated(block, mib, start);
                response.header("content-type", JSON).header("content-encoding", "gzip").body(body)
            }
        }
        .unwrap()
    }
}

fn whole(bytes: Vec<u8>) -> Body {
    Full::new(Bytes::from(bytes)).map_err(|never| match never {}).boxed_unsync()
}

/// A start, then the same chunk this many times.
fn repeated(chunk: Vec<u8>, times: usize, start: Vec<u8>) -> Body {
    let chunks = std::iter::once(start.into()).chain(std::iter::repeat_n(Bytes::from(chunk), times));
    StreamBody::new(futures_util::stream::iter(chunks.map(|chunk| Ok(Frame::data(chunk))))).boxed_unsync()
}

/// Bytes in gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// The start of a gzip file, and a block that can follow any number of times: it unpacks to a MiB.
fn bomb() -> (Vec<u8>, Vec<u8>) {
    let mut deflate = flate2::Compress::new(flate2::Compression::best(), false);
    let mut block = Vec::with_capacity(1 << 16);
    deflate.compress_vec(&vec![b' '; 1 << 20], &mut block, flate2::FlushCompress::Full).unwrap();
    (gzip(b"")[..10].to_vec(), block)
}
