//! Ages, in days or hours.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use super::checked::Expected;

/// A duration in whole hours, written in days or hours: `3d`, `36h`. A day has 24 hours. At most a century.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Age {
    hours: u32,
}

impl Age {
    /// The longest age, in days: a century of leap years. A longer one is a mistake.
    const MAX_DAYS: u32 = 36_600;

    /// Whether the age is zero, which turns off what it limits.
    pub fn is_zero(self) -> bool {
        self.hours == 0
    }

    /// An age of this many days.
    pub const fn days(days: u32) -> Self {
        Self { hours: days * 24 }
    }

    /// The time at which something from `then` reaches this age. The result is at most `Timestamp::MAX`.
    pub fn after(self, then: Timestamp) -> Timestamp {
        then.checked_add(SignedDuration::from_hours(self.hours.into())).unwrap_or(Timestamp::MAX)
    }

    /// A question about the age that an invalid text probably means: "did you mean `3d`?"
    pub(crate) fn near(text: &str) -> Option<String> {
        let lower = text.trim().to_lowercase();
        let (digits, unit) = lower.split_at(lower.find(|char: char| !char.is_ascii_digit()).unwrap_or(lower.len()));
        let number: u32 = digits.parse().ok()?;
        let age = match unit.trim() {
            "" => return Some(format!("add a unit: `{number}d` for days, or `{number}h` for hours")),
            "d" | "day" | "days" => format!("{number}d"),
            "h" | "hour" | "hours" => format!("{number}h"),
            "w" | "week" | "weeks" => format!("{}d", number.checked_mul(7)?),
            _ => return None,
        };
        age.parse::<Self>().ok().map(|_| format!("did you mean `{age}`?"))
    }
}

impl FromStr for Age {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        let (digits, hours) = match (text.strip_suffix('d'), text.strip_suffix('h')) {
            (Some(digits), _) => (digits, 24),
            (None, Some(digits)) => (digits, 1),
            (None, None) => ("", 0),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Expected("a number of days or hours, like `3d` or `36h`"));
        }
        // Digits that do not fit are too many.
        let hours = digits.parse::<u32>().ok().and_then(|number| number.checked_mul(hours));
        let hours = hours.filter(|hours| *hours <= Self::MAX_DAYS * 24).ok_or(Expected("at most `36600d`"))?;
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
        assert_eq!("36600d".parse::<Age>(), Ok(Age::days(Age::MAX_DAYS)));
        for too_long in ["36601d", "99999999999d", "878401h"] {
            assert_eq!(too_long.parse::<Age>(), Err(Expected("at most `36600d`")), "{too_long}");
        }
        for bad in ["", "3", "d", "3 d", "-1d", "1w", "1.5d", "99999999999d", "3D", "+3d"] {
            assert!(bad.parse::<Age>().is_err(), "{bad}");
        }
    }
}
