//! Ages: spans of time in days or hours.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use super::checked::Expected;

/// A span of time in whole hours, written in days or hours: `3d`, `36h`. A day has 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Age {
    hours: u32,
}

impl Age {
    /// No time at all.
    pub fn is_zero(self) -> bool {
        self.hours == 0
    }

    /// So many days.
    pub const fn days(days: u32) -> Self {
        Self { hours: days * 24 }
    }

    /// The moment that lies this long after another.
    pub fn after(self, then: Timestamp) -> Timestamp {
        then.checked_add(SignedDuration::from_hours(self.hours.into())).unwrap_or(Timestamp::MAX)
    }
}

impl FromStr for Age {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        let expected = Expected("a number of days or hours, like `3d` or `36h`");
        let unit = if text.ends_with('d') { 24 } else { 1 };
        let number = text.strip_suffix(['d', 'h']).filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        let number = number.filter(|number| !number.is_empty()).ok_or(expected)?;
        // All digits, so that only its size can be wrong.
        let number: u32 = number.parse().unwrap_or(u32::MAX);
        // More than a century is a mistake.
        let too_long = Expected("at most 100 years, like `36500d`");
        let hours = number.checked_mul(unit).filter(|hours| *hours <= 100 * 366 * 24).ok_or(too_long)?;
        Ok(Self { hours })
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hours.is_multiple_of(24) { write!(f, "{}d", self.hours / 24) } else { write!(f, "{}h", self.hours) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_days_or_hours() {
        for (text, hours) in [("3d", 72), ("36h", 36), ("0d", 0), ("90d", 2160)] {
            assert_eq!(text.parse::<Age>().unwrap().hours, hours);
        }
        assert_eq!("48h".parse::<Age>().unwrap().to_string(), "2d");
        for bad in ["", "3", "d", "3 d", "-1d", "1w", "1.5d", "99999999999d", "3D", "+3d"] {
            assert!(bad.parse::<Age>().is_err(), "{bad}");
        }
    }
}
