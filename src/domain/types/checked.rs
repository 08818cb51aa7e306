//! Strings that are validated when they are created.

use std::fmt;

/// The error of a text that is not well formed: a description of a valid text, which `Display` puts after "expected".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected(pub &'static str);

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.0)
    }
}

impl std::error::Error for Expected {}

/// Defines a string type with its validation and a description of a valid text for errors. Copies share the text, because many
/// pins have the same few zones and labels.
macro_rules! checked_string {
    ($(#[$doc:meta])* $name:ident, $test:expr, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::types::Expected;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let test: fn(&str) -> bool = $test;
                if test(text) { Ok(Self(text.into())) } else { Err($crate::domain::types::Expected($expected)) }
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

pub(super) use checked_string;
