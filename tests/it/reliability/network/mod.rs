//! Responses that are late, broken, incomplete or hostile.

mod answers;
mod faults;
mod http2;
mod paging;
mod proxy;
mod requests;
mod retries;
mod rounds;
mod tls;
