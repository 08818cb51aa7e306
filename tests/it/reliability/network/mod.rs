//! Answers that are late, broken, incomplete or hostile.

mod faults;
mod http2;
mod paging;
mod proxy;
mod requests_and_retries;
mod rounds;
mod tls;
