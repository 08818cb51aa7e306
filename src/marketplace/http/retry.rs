//! Which requests are sent again, and after how long.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;

/// The maximum number of attempts at a request.
pub(super) const ATTEMPTS: u32 = 6;

/// The longest wait that a `Retry-After` header can cause. An attempt that is too early costs less than a longer wait.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(20);

/// Whether another attempt may succeed after a response with this status.
pub(super) fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}

/// How long to wait after `attempt` failed attempts. The wait is exponential with full jitter, so that clients that failed at
/// the same time do not retry at the same time. `random` is from 0 to 1.
pub(super) fn backoff(attempt: u32, status: Option<StatusCode>, random: f64) -> Duration {
    // The first wait is longer if the server received too many requests.
    let base = if status == Some(StatusCode::TOO_MANY_REQUESTS) { 1.0 } else { 0.2 };
    let window = (base * f64::from(1 << attempt.clamp(1, 6)) / 2.0).min(16.0);
    Duration::from_secs_f64(window * random)
}

/// Parses a `Retry-After` header: seconds or a date, limited to [`MAX_RETRY_AFTER`]. An invalid value is ignored.
pub(super) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    let wait = if let Ok(seconds) = value.parse::<u64>() {
        Duration::from_secs(seconds)
    } else {
        let until = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
        Duration::try_from(until.duration_since(now)).unwrap_or_default()
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backoff_doubles_up_to_a_maximum() {
        let windows: Vec<f64> = (1..=8).map(|attempt| backoff(attempt, None, 1.0).as_secs_f64()).collect();
        assert_eq!(windows, [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 6.4, 6.4]);
        let rate_limited = backoff(5, Some(StatusCode::TOO_MANY_REQUESTS), 1.0);
        assert_eq!(rate_limited, Duration::from_secs(16));
        assert_eq!(backoff(3, None, 0.0), Duration::ZERO);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_has_a_maximum() {
        let now: Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
        assert_eq!(retry_after("1", now), Some(Duration::from_secs(1)));
        assert_eq!(retry_after("3600", now), Some(MAX_RETRY_AFTER));
        assert_eq!(retry_after("Tue, 24 Nov 2026 10:00:07 GMT", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Tue, 24 Nov 2026 09:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("-1", now), None);
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("99999999999999999999", now), None);
    }
}
