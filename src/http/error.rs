//! [`HttpError`].

use std::time::Duration;

use crate::retry::Outcome;

/// A request that came to nothing. No address in here has a query.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The TLS library found no root certificates, or refused to start.
    #[error("no secure connection can be made from this machine: {0}")]
    Tls(String),
    /// The name has no address, or nobody listens.
    #[error("{host} cannot be reached: {why}")]
    Connect {
        /// Host and port.
        host: String,
        /// The deepest cause.
        why: String,
    },
    /// Somebody answered, and is not who the certificate should prove it to be, or speaks no TLS at all.
    #[error("{host} could not prove that it is {host}: {why}")]
    Insecure {
        /// Host and port.
        host: String,
        /// What the TLS library says.
        why: String,
    },
    /// It took longer than allowed.
    #[error("{host} took longer than {} s to answer", .after.as_secs())]
    Timeout {
        /// Host and port.
        host: String,
        /// What was allowed.
        after: Duration,
    },
    /// The connection ended before the body did.
    #[error("{host} stopped in the middle of its answer: {why}")]
    CutOff {
        /// Host and port.
        host: String,
        /// The deepest cause.
        why: String,
    },
    /// The body is larger than allowed.
    #[error("{host} sent more than {max_bytes} bytes")]
    TooLarge {
        /// Host and port.
        host: String,
        /// What was allowed.
        max_bytes: u64,
    },
    /// A picture's server said no.
    #[error("{host} answered with status {status}{}", said(.excerpt))]
    Status {
        /// Host and port.
        host: String,
        /// HTTP status.
        status: u16,
        /// How the body begins, in one line.
        excerpt: String,
    },
    /// A link leads where no picture of Instagram's is.
    #[error("the link leads to {host}, where no picture of Instagram's is kept")]
    NotAllowed {
        /// Scheme and host.
        host: String,
    },
    /// The link is no address at all.
    #[error("the link is no address")]
    NoAddress,
    /// The body is not what was asked for.
    #[error("{host} sent {what} instead of a picture")]
    Refused {
        /// Host and port.
        host: String,
        /// What it is.
        what: String,
    },
}

fn said(excerpt: &str) -> String {
    if excerpt.is_empty() { String::new() } else { format!(": {excerpt}") }
}

impl HttpError {
    /// Whether asking again may help.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Connect { .. } | Self::Timeout { .. } | Self::CutOff { .. } => Outcome::Transient,
            Self::Status { status: 429 | 500..=599, .. } => Outcome::Transient,
            Self::Tls(_)
            | Self::Insecure { .. }
            | Self::TooLarge { .. }
            | Self::Status { .. }
            | Self::NotAllowed { .. }
            | Self::NoAddress
            | Self::Refused { .. } => Outcome::Fatal,
        }
    }

    /// Whether the link has expired, or what it led to is gone: a fresh link may work.
    pub fn is_dead_link(&self) -> bool {
        matches!(self, Self::Status { status: 401 | 403 | 404 | 410, .. })
    }
}
