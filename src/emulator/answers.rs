//! How the API writes: its byte form, its error envelope, its headers. Pure.

use std::fmt::Write as _;

use crate::loopback::Response;

/// An error of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The error's code.
    pub code: i64,
    /// The error's subcode, where it has one.
    pub subcode: Option<i64>,
    /// `OAuthException`, `IGApiException` or `GraphMethodException`.
    pub kind: &'static str,
    /// The text.
    pub message: String,
    /// `is_transient`, where it is said.
    pub is_transient: bool,
    /// Minutes until requests are taken again, in the usage header.
    pub minutes: Option<u64>,
    /// Whether the usage headers are there.
    pub with_usage: bool,
}

impl Refusal {
    /// A refusal of the given type.
    pub fn new(kind: &'static str, status: u16, code: i64, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            subcode: None,
            kind,
            message: message.into(),
            is_transient: false,
            minutes: None,
            with_usage: true,
        }
    }

    /// `OAuthException`: tokens, permissions, syntax, limits.
    pub fn oauth(status: u16, code: i64, message: impl Into<String>) -> Self {
        Self::new("OAuthException", status, code, message)
    }

    /// `IGApiException`: objects and fields of Instagram's.
    pub fn api(code: i64, message: impl Into<String>) -> Self {
        Self::new("IGApiException", 400, code, message)
    }

    /// Adds a subcode.
    pub fn subcode(mut self, subcode: i64) -> Self {
        self.subcode = Some(subcode);
        self
    }

    /// Says that it will pass.
    pub fn transient(mut self) -> Self {
        self.is_transient = true;
        self
    }

    /// Says for how long.
    pub fn minutes(mut self, minutes: u64) -> Self {
        self.minutes = Some(minutes);
        self
    }

    /// Leaves the usage headers out.
    pub fn without_usage(mut self) -> Self {
        self.with_usage = false;
        self
    }

    /// The body, in the API's byte form.
    pub fn body(&self, trace: &str) -> String {
        let mut inner = format!("\"message\":{},\"type\":\"{}\"", quoted(&self.message), self.kind);
        if self.is_transient {
            inner.push_str(",\"is_transient\":true");
        }
        // Writing into a text cannot fail.
        let _ = write!(inner, ",\"code\":{}", self.code);
        if let Some(subcode) = self.subcode {
            let _ = write!(inner, ",\"error_subcode\":{subcode}");
        }
        let _ = write!(inner, ",\"fbtrace_id\":\"{trace}\"");
        format!("{{\"error\":{{{inner}}}}}")
    }
}

/// What every answer of the API carries along.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Names this answer.
    pub trace: String,
    /// The version that answers, such as `v25.0`; absent when the token could not be read.
    pub version: Option<String>,
    /// Requests so far, for the usage headers.
    pub calls: u32,
    /// The account's id, for the usage headers.
    pub account: String,
}

/// A good answer.
pub fn good(body: String, envelope: &Envelope) -> Response {
    usage(common(Response::new(200), envelope), envelope, 0).body(body)
}

/// A bad one.
pub fn bad(refusal: &Refusal, envelope: &Envelope) -> Response {
    let reason = if refusal.code == 190 { "invalid_token" } else { "invalid_request" };
    let challenge =
        format!("OAuth \"Facebook Platform\" \"{reason}\" \"{}\"", refusal.message.replace(['"', '\n', '\r'], " "));
    let unread = refusal.code == 190 && refusal.message.contains("Cannot parse");
    let envelope = Envelope { version: envelope.version.clone().filter(|_| !unread), ..envelope.clone() };
    let response = common(Response::new(refusal.status), &envelope).header("WWW-Authenticate", ascii(&challenge));
    let response = if refusal.with_usage { usage(response, &envelope, refusal.minutes.unwrap_or(0)) } else { response };
    response.body(refusal.body(&envelope.trace))
}

fn common(response: Response, envelope: &Envelope) -> Response {
    let response = response
        .header("Vary", "Origin")
        .header("Access-Control-Allow-Origin", "*")
        .header("cross-origin-resource-policy", "cross-origin")
        .header("Content-Type", "application/json; charset=UTF-8")
        .header("Strict-Transport-Security", "max-age=15552000; preload")
        .header("Pragma", "no-cache")
        .header("Cache-Control", "no-store")
        .header("Expires", "Sat, 01 Jan 2000 00:00:00 GMT")
        .header("x-fb-request-id", envelope.trace.clone())
        .header("x-fb-trace-id", envelope.trace.clone());
    match &envelope.version {
        Some(version) => response.header("facebook-api-version", version.clone()),
        None => response,
    }
}

fn usage(response: Response, envelope: &Envelope, minutes: u64) -> Response {
    let calls = if minutes > 0 { 100 } else { envelope.calls.min(99) };
    let counters = format!("\"call_count\":{calls},\"total_cputime\":{calls},\"total_time\":{calls}");
    let business = format!(
        "{{\"{}\":[{{\"type\":\"instagram\",{counters},\"estimated_time_to_regain_access\":{minutes}}}]}}",
        envelope.account
    );
    response.header("x-app-usage", format!("{{{counters}}}")).header("x-business-use-case-usage", business)
}

fn ascii(text: &str) -> String {
    text.chars().map(|letter| if letter.is_ascii() && !letter.is_control() { letter } else { '?' }).collect()
}

/// A text as JSON in the API's byte form.
pub fn quoted(text: &str) -> String {
    wire(&serde_json::Value::from(text))
}

/// A value as JSON in the API's byte form: one line, `/` as `\/`, and `@`, `%` and all but ASCII as `\uXXXX`.
pub fn wire(value: &serde_json::Value) -> String {
    let mut text = String::new();
    // These letters stand nowhere in JSON but inside texts, so the whole of it may be gone through at once.
    for letter in value.to_string().chars() {
        match letter {
            '/' => text.push_str("\\/"),
            '@' | '%' => {
                let _ = write!(text, "\\u{:04x}", u32::from(letter));
            }
            letter if letter.is_ascii() => text.push(letter),
            letter => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_the_api_writes_them() {
        assert_eq!(
            wire(&serde_json::json!({"a": "https://x/@me 5% ü 🌊", "n": 3})),
            r#"{"a":"https:\/\/x\/\u0040me 5\u0025 \u00fc \ud83c\udf0a","n":3}"#
        );
        let refusal = Refusal::oauth(400, 190, "a/b").subcode(463);
        assert_eq!(
            refusal.body("Ab1"),
            r#"{"error":{"message":"a\/b","type":"OAuthException","code":190,"error_subcode":463,"fbtrace_id":"Ab1"}}"#
        );
    }
}
