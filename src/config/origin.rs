//! Who set a value.

use std::fmt;

/// Where a setting came from, for messages about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A line of the settings file.
    File {
        /// The file as the user would name it.
        file: String,
        /// Counted from 1.
        line: usize,
    },
    /// An environment variable.
    Environment {
        /// The variable.
        name: String,
    },
    /// A flag on the command line.
    Flag {
        /// The flag with its dashes.
        name: &'static str,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the default"),
            Self::File { file, line } => write!(f, "{file}:{line}"),
            Self::Environment { name } => write!(f, "the variable {name}"),
            Self::Flag { name } => write!(f, "the flag {name}"),
        }
    }
}
