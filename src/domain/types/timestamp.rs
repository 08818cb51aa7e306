//! Times: parses texts of the Marketplace into times that TOML 1.0 can represent, and formats them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;

use super::checked::Expected;

/// `0001-01-01T00:00:00Z`, the start of year 1, which Go programs write for a missing date.
const GO_ZERO: i64 = -62_135_596_800;

/// Parses a time, and drops fractions of a second. Returns `None` for a time that the lockfile cannot represent: Go's zero time, or
/// a year below 1 or above 9999 in UTC.
///
/// # Errors
/// Fails if the text is not a date with a time and an offset.
pub fn read(text: &str) -> Result<Option<Timestamp>, Expected> {
    // Whole seconds identify a build. The type ends in year 9999.
    Ok(exact(text)?.and_then(|time| Timestamp::from_second(time.as_second()).ok()))
}

/// Parses a time like [`read`], and keeps fractions of a second.
///
/// # Errors
/// Fails if the text is not a date with a time and an offset.
pub fn exact(text: &str) -> Result<Option<Timestamp>, Expected> {
    match text.parse::<Timestamp>() {
        Ok(time) => Ok(Some(time).filter(|time| time.as_second() > GO_ZERO)),
        // The last day of year 9999 is valid, but does not fit into `Timestamp` in every time zone.
        Err(_) if Pieces::parse(text).is_ok_and(|it| it.time().is_some() && it.offset().is_some()) => Ok(None),
        Err(_) => Err(Expected("a time like 2026-10-05T08:00:00Z")),
    }
}

/// The date of a time, in UTC.
pub fn day(time: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(time).date()
}

/// Formats a time to the minute, in UTC: `2026-10-05 08:00`.
pub fn minute(time: Timestamp) -> String {
    let time = TimeZone::UTC.to_datetime(time);
    format!("{} {:02}:{:02}", time.date(), time.hour(), time.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        read(text).unwrap().map(|time| time.to_string())
    }

    #[test]
    fn times_outside_the_years_of_toml_are_missing_dates() {
        for text in [
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00.000000Z",
            "0001-01-01T01:00:00+01:00",
            "0001-01-01T00:30:00+01:00",
            "0000-12-31T23:59:59Z",
            "-000001-01-01T00:00:00Z",
            "-009999-06-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59-12:00",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
        for (text, time) in [
            ("0001-01-01T00:00:01Z", "0001-01-01T00:00:01Z"),
            ("0000-12-31T23:30:00-01:00", "0001-01-01T00:30:00Z"),
            ("9999-12-30T22:00:00Z", "9999-12-30T22:00:00Z"),
            ("2023-11-27T16:41:55.130262+00:00", "2023-11-27T16:41:55Z"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(time));
        }
        for text in ["", "yesterday", "2026-10-05", "2026-10-05T08:00:00", "2026-13-05T08:00:00Z"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
