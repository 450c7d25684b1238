//! A small HTTP server on 127.0.0.1, for the emulator and for `preview`: one thread for each connection.
//!
//! It serves this machine only: a request whose `Host` is another name is turned away, so that no page on the
//! internet can read from it by pointing a name of its own at this machine.
#![expect(clippy::disallowed_methods, reason = "this is the room that listens")]

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Largest head of a request.
const MAX_HEAD: usize = 64 * 1024;

/// Largest body of a request: a form with a code and a secret.
const MAX_BODY: usize = 1024 * 1024;

/// A client that says nothing for so long is let go.
const IDLE: Duration = Duration::from_secs(30);

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET` and the like.
    pub method: String,
    /// Path and query, as they came.
    pub target: String,
    /// As they came, in order.
    pub headers: Vec<(String, String)>,
    /// Empty when there is none.
    pub body: Vec<u8>,
}

impl Request {
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or(&self.target)
    }

    /// The query as it came, without the `?`; empty when there is none.
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// The parameters of the query, decoded, in order.
    pub fn parameters(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.query().as_bytes()).into_owned().collect()
    }

    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// How an answer is sent: whole, or as badly as networks do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// As it should be.
    Whole,
    /// The connection ends after so many bytes of the body, though the length promised more.
    CutAfter(usize),
    /// The connection ends before a word is said.
    Reset,
    /// Half of the body, then nothing for so long, then the end.
    Stall(Duration),
    /// The length promises so many bytes more than there are.
    ClaimMore(usize),
    /// The length promises so many bytes fewer than there are.
    ClaimLess(usize),
    /// A few bytes at a time, with a pause between them.
    Drip(Duration),
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// In order; `Content-Length` and `Connection` are added.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// How it is sent.
    pub delivery: Delivery,
}

impl Response {
    /// An empty answer with this status.
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), delivery: Delivery::Whole }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sets how it is sent.
    pub fn delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }
}

/// A running server; it stops when this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
}

impl Server {
    /// Listens on `port` of 127.0.0.1, or on any that is free when it is 0, and answers with `handler`.
    ///
    /// # Errors
    /// What the system says when the port cannot be had.
    pub fn start(port: u16, handler: impl Fn(&Request) -> Response + Send + Sync + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let stopped = Arc::new(AtomicBool::new(false));
        let (handler, stop) = (Arc::new(handler), Arc::clone(&stopped));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::Acquire) {
                    return;
                }
                let (Ok(stream), handler, stop) = (stream, Arc::clone(&handler), Arc::clone(&stop)) else { continue };
                // A client that goes away in the middle is its own affair.
                thread::spawn(move || drop(converse(stream, handler.as_ref(), &stop)));
            }
        });
        Ok(Self { address, stopped })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        // Wakes the listener, which then sees that it is to stop.
        drop(TcpStream::connect_timeout(&self.address, Duration::from_secs(1)));
    }
}

/// Answers one client until it goes away.
fn converse(mut stream: TcpStream, handler: &dyn Fn(&Request) -> Response, stop: &AtomicBool) -> io::Result<()> {
    stream.set_read_timeout(Some(IDLE))?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut buffer)? {
        if stop.load(Ordering::Acquire) {
            return Ok(());
        }
        let response = if is_for_this_machine(&request) {
            handler(&request)
        } else {
            Response::new(421).body("this server answers to 127.0.0.1 and localhost only")
        };
        let goes_on = !request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        if !send(&mut stream, &request.method, &response, goes_on)? || !goes_on {
            return Ok(());
        }
    }
    Ok(())
}

fn is_for_this_machine(request: &Request) -> bool {
    let host = request.header("host").unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    matches!(name, "127.0.0.1" | "localhost" | "::1")
}

/// Reads one request; `None` when the client has nothing more to say. `buffer` holds what came after the last one.
fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<Request>> {
    let wrong = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why.to_owned());
    loop {
        let mut slots = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Request::new(&mut slots);
        if let httparse::Status::Complete(length) = head.parse(buffer).map_err(|error| wrong(&error.to_string()))? {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let headers: Vec<(String, String)> =
                head.headers.iter().map(|header| (header.name.to_owned(), text(header.value))).collect();
            let mut request = Request {
                method: head.method.unwrap_or_default().to_owned(),
                target: head.path.unwrap_or_default().to_owned(),
                headers,
                body: Vec::new(),
            };
            let body = request.header("content-length").map_or(Ok(0), |length| length.trim().parse::<usize>());
            let body =
                body.ok().filter(|body| *body <= MAX_BODY).ok_or_else(|| wrong("a body of no sensible length"))?;
            while buffer.len() < length + body {
                if !read_more(stream, buffer)? {
                    return Ok(None);
                }
            }
            request.body = buffer[length..length + body].to_vec();
            buffer.drain(..length + body);
            return Ok(Some(request));
        }
        if buffer.len() > MAX_HEAD {
            return Err(wrong("a head beyond all measure"));
        }
        if !read_more(stream, buffer)? {
            return Ok(None);
        }
    }
}

fn read_more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<bool> {
    let mut piece = [0; 8192];
    let length = stream.read(&mut piece)?;
    buffer.extend_from_slice(&piece[..length]);
    Ok(length > 0)
}

/// Sends an answer; returns false when the connection ends with it.
fn send(stream: &mut TcpStream, method: &str, response: &Response, goes_on: bool) -> io::Result<bool> {
    if response.delivery == Delivery::Reset {
        return Ok(false);
    }
    let claimed = match response.delivery {
        Delivery::ClaimMore(more) => response.body.len() + more,
        Delivery::ClaimLess(less) => response.body.len().saturating_sub(less),
        _ => response.body.len(),
    };
    let mut head = format!("HTTP/1.1 {} {}\r\n", response.status, reason(response.status));
    for (name, value) in &response.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let connection = if goes_on { "keep-alive" } else { "close" };
    head.push_str(&format!("Content-Length: {claimed}\r\nConnection: {connection}\r\n\r\n"));
    stream.write_all(head.as_bytes())?;
    if method == "HEAD" {
        return Ok(true);
    }
    let body = response.body.as_slice();
    match response.delivery {
        Delivery::Whole => {
            stream.write_all(body)?;
            Ok(true)
        }
        Delivery::CutAfter(length) => {
            stream.write_all(&body[..length.min(body.len())])?;
            Ok(false)
        }
        Delivery::ClaimMore(_) | Delivery::ClaimLess(_) => {
            stream.write_all(body)?;
            Ok(false)
        }
        Delivery::Stall(pause) => {
            stream.write_all(&body[..body.len() / 2])?;
            stream.flush()?;
            thread::sleep(pause);
            Ok(false)
        }
        Delivery::Drip(pause) => {
            for drop in body.chunks(body.len().div_ceil(50).max(1)) {
                stream.write_all(drop)?;
                stream.flush()?;
                thread::sleep(pause);
            }
            Ok(true)
        }
        Delivery::Reset => Ok(false),
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        421 => "Misdirected Request",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Status",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn talk(server: &Server, text: &str) -> String {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn echo() -> Server {
        Server::start(0, |request| {
            let body = format!("{} {} {:?}", request.method, request.path(), request.parameters());
            Response::new(200).header("X-Test", "yes").body(body)
        })
        .unwrap()
    }

    #[test]
    fn two_requests_on_one_connection_are_answered_in_order() {
        let answer = talk(
            &echo(),
            "GET /a?x=%2F HTTP/1.1\r\nHost: localhost:1\r\n\r\nHEAD /b HTTP/1.1\r\nHost: [::1]:1\r\nConnection: close\r\n\r\n",
        );
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\nX-Test: yes\r\n"), "{answer}");
        assert!(answer.contains("GET /a [(\"x\", \"/\")]HTTP/1.1 200 OK"), "{answer}");
        assert!(answer.ends_with("Connection: close\r\n\r\n"), "a HEAD has no body: {answer}");
    }

    #[test]
    fn a_name_that_is_not_this_machines_is_turned_away() {
        for host in ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:80"] {
            let answer = talk(&echo(), &format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
            assert!(answer.starts_with("HTTP/1.1 421"), "{host}: {answer}");
        }
    }

    #[test]
    fn a_dropped_server_takes_no_more_requests() {
        let server = echo();
        let address = server.address();
        drop(server);
        let refused = (0..200).any(|_| {
            thread::sleep(Duration::from_millis(5));
            TcpStream::connect(address).is_err()
        });
        assert!(refused);
    }
}
