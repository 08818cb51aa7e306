//! Answers that are late, broken, incomplete or hostile.

pub mod faults;
pub mod http2;
pub mod paging;
pub mod proxy;
pub mod requests_and_retries;
pub mod rounds;
pub mod tls;
