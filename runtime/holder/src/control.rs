//! The control channel: JSON lines between the supervisor and this process, over one end of a socket pair. Here are the
//! lines and what they ask for; who does it is shim.rs.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;

use serde_json::{Map, Value, json};

use crate::ends::PATHS_MAX;
use crate::network::Network;

const LINE_MAX: usize = 64 * 1024;
/// Answers that wait for the supervisor to read them, before it is no longer read.
const WAITING_MAX: usize = 1 << 20;
const KEY_MAX: usize = 512;
const TEXT_MAX: usize = 4096;

pub struct Control {
    stream: UnixStream,
    input: Vec<u8>,
    output: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Question {
    Hold {
        key: String,
        title: String,
        network: Network,
    },
    Release {
        key: String,
    },
    List,
    Keep {
        key: String,
        read: Vec<String>,
        write: Vec<String>,
    },
    Drop {
        key: String,
    },
}

impl Control {
    pub fn new(stream: UnixStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream,
            input: Vec::new(),
            output: Vec::new(),
        })
    }

    pub fn stream(&self) -> &UnixStream {
        &self.stream
    }

    pub fn reads(&self) -> bool {
        self.output.len() < WAITING_MAX
    }

    pub fn writes(&self) -> bool {
        !self.output.is_empty()
    }

    /// The lines that have come; `None`: the channel is over, or broken.
    pub fn read(&mut self, scratch: &mut [u8]) -> Option<Vec<Vec<u8>>> {
        let mut lines = Vec::new();
        match self.stream.read(scratch) {
            Ok(0) => return None,
            Ok(count) => self.input.extend_from_slice(&scratch[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
        while let Some(end) = self.input.iter().position(|&byte| byte == b'\n') {
            let rest = self.input.split_off(end + 1);
            lines.push(std::mem::replace(&mut self.input, rest));
        }
        if self.input.len() > LINE_MAX || lines.iter().any(|line| line.len() > LINE_MAX) {
            return None;
        }
        Some(lines)
    }

    pub fn answer(&mut self, number: u64, fields: Value) {
        let mut line = Map::new();
        line.insert("n".into(), number.into());
        if let Value::Object(fields) = fields {
            line.extend(fields);
        }
        self.output
            .extend_from_slice(Value::Object(line).to_string().as_bytes());
        self.output.push(b'\n');
    }

    /// Says something that was not asked for.
    pub fn tell(&mut self, fields: &Value) {
        self.output.extend_from_slice(fields.to_string().as_bytes());
        self.output.push(b'\n');
    }

    /// False: the channel is over.
    pub fn flush(&mut self) -> bool {
        while !self.output.is_empty() {
            match self.stream.write(&self.output) {
                Ok(count) => {
                    self.output.drain(..count);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
        true
    }
}

/// What a line asks for: the question's number, and the question or why it is none.
pub fn question(line: &[u8]) -> Option<(u64, Result<Question, String>)> {
    let Ok(Value::Object(fields)) = serde_json::from_slice(line) else {
        return None;
    };
    let number = fields.get("n")?.as_u64()?;
    Some((number, asked(&fields)))
}

fn asked(fields: &Map<String, Value>) -> Result<Question, String> {
    if let Some(hold) = fields.get("hold") {
        return Ok(Question::Hold {
            key: text(hold.get("key"), "hold.key", KEY_MAX)?,
            title: text(hold.get("title"), "hold.title", TEXT_MAX)?,
            network: network(hold.get("network"))?,
        });
    }
    if fields.contains_key("release") {
        let key = text(fields.get("release"), "release", KEY_MAX)?;
        return Ok(Question::Release { key });
    }
    if fields.get("list") == Some(&json!(true)) {
        return Ok(Question::List);
    }
    if let Some(keep) = fields.get("keep") {
        return Ok(Question::Keep {
            key: text(keep.get("key"), "keep.key", KEY_MAX)?,
            read: paths(keep.get("read"), "keep.read")?,
            write: paths(keep.get("write"), "keep.write")?,
        });
    }
    if fields.contains_key("drop") {
        let key = text(fields.get("drop"), "drop", KEY_MAX)?;
        return Ok(Question::Drop { key });
    }
    Err("it asks for none of hold, release, list, keep, drop".to_owned())
}

fn paths(value: Option<&Value>, field: &str) -> Result<Vec<String>, String> {
    let paths = value
        .and_then(Value::as_array)
        .filter(|paths| paths.len() <= PATHS_MAX)
        .ok_or(format!(
            "{field} is not a list of at most {PATHS_MAX} paths"
        ))?;
    let path = |path| text(Some(path), field, TEXT_MAX);
    paths.iter().map(path).collect()
}

fn network(value: Option<&Value>) -> Result<Network, String> {
    match value {
        Some(Value::String(name)) if name == "new" => Ok(Network::New),
        Some(Value::String(name)) if name == "host" => Ok(Network::Host),
        Some(Value::Object(fields)) => {
            let path = text(fields.get("path"), "hold.network.path", TEXT_MAX)?;
            if !path.starts_with('/') {
                return Err(format!("hold.network.path is {path:?}, not absolute"));
            }
            Ok(Network::Path(path.into()))
        }
        other => {
            let shown = other.unwrap_or(&Value::Null).to_string();
            Err(format!(
                "hold.network is {}, not new, host or a path",
                &shown.chars().take(64).collect::<String>()
            ))
        }
    }
}

fn text(value: Option<&Value>, field: &str, most: usize) -> Result<String, String> {
    let text = value
        .and_then(Value::as_str)
        .ok_or(format!("{field} is not a text"))?;
    if text.is_empty() || text.len() > most || text.contains('\0') {
        return Err(format!(
            "{field} has {} bytes or a NUL; 1 to {most}, none",
            text.len()
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn questions_are_read_and_wrong_ones_are_told_by_field() {
        let line =
            br#"{"n":1,"hold":{"key":"a/b","title":"sh","network":{"path":"/proc/1/ns/net"}}}"#;
        let hold = Question::Hold {
            key: "a/b".into(),
            title: "sh".into(),
            network: Network::Path("/proc/1/ns/net".into()),
        };
        assert_eq!(question(line), Some((1, Ok(hold))));
        assert_eq!(
            question(br#"{"n":3,"list":true}"#),
            Some((3, Ok(Question::List)))
        );
        let wrong = question(br#"{"n":4,"hold":{"key":"a","title":"t","network":7}}"#);
        let why = "hold.network is 7, not new, host or a path".to_owned();
        assert_eq!(wrong, Some((4, Err(why))));
        assert_eq!(question(b"{}"), None);
        let keep = Question::Keep {
            key: "a//out".into(),
            read: vec![],
            write: vec!["/f".into()],
        };
        let line = br#"{"n":5,"keep":{"key":"a//out","read":[],"write":["/f"]}}"#;
        assert_eq!(question(line), Some((5, Ok(keep))));
        let wrong = question(br#"{"n":6,"keep":{"key":"a","read":"/f","write":[]}}"#);
        let why = "keep.read is not a list of at most 4 paths".to_owned();
        assert_eq!(wrong, Some((6, Err(why))));
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in prop::collection::vec(any::<u8>(), 0..200), text: String) {
            let _ = question(&line);
            let _ = question(json!({"n": 1, "release": text}).to_string().as_bytes());
        }
    }
}
