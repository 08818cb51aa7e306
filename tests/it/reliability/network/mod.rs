//! Responses that are late, broken, incomplete or hostile.

mod faults;
mod http2;
mod paging;
mod proxy;
mod requests;
mod responses;
mod retries;
mod rounds;
mod tls;
