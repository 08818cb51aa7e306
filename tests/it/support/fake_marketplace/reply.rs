//! The responses of the fake Marketplace: normal ones and faulty ones.

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
    /// The normal response of the API.
    Normal,
    /// This value instead of the normal one.
    Json(Value),
    /// This status, content type and body.
    Raw(u16, &'static str, Vec<u8>),
    /// A status and one header.
    Header(u16, &'static str, &'static str),
    /// Half of the normal body; then the connection breaks.
    Half,
    /// The normal response, after this delay.
    Late(Duration),
    /// No response at all.
    Silence,
    /// A body with this many spaces.
    Endless(usize),
    /// The normal response, compressed with gzip.
    Gzip,
    /// This body, declared as gzip.
    Packed(Vec<u8>),
    /// A gzip body that decompresses to this many MiB of spaces.
    Bomb(usize),
    /// No response: over HTTP/2 the stream is reset, over HTTP/1.1 the connection is closed.
    Reset(h2::Reason),
    /// The normal response; afterwards the connection accepts no more requests.
    GoAway,
    /// No response: the connection is closed together with all its other requests.
    HangUp,
}

impl Reply {
    /// Returns the response to a request. `status` and `value` are the normal response of the API.
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

/// Returns a body with `start`, followed by the same chunk this many times.
fn repeated(chunk: Vec<u8>, times: usize, start: Vec<u8>) -> Body {
    let chunks = std::iter::once(start.into()).chain(std::iter::repeat_n(Bytes::from(chunk), times));
    StreamBody::new(futures_util::stream::iter(chunks.map(|chunk| Ok(Frame::data(chunk))))).boxed_unsync()
}

/// Compresses bytes with gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// Returns the start of a gzip file, and a block that decompresses to 1 MiB and can be repeated any number of times.
fn bomb() -> (Vec<u8>, Vec<u8>) {
    let mut deflate = flate2::Compress::new(flate2::Compression::best(), false);
    let mut block = Vec::with_capacity(1 << 16);
    deflate.compress_vec(&vec![b' '; 1 << 20], &mut block, flate2::FlushCompress::Full).unwrap();
    (gzip(b"")[..10].to_vec(), block)
}
