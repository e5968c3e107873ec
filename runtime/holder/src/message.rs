//! As much protobuf as the holder needs: which method a request names, the status that answers a call, and the three
//! calls of the Task API that `process` makes. Bytes from a peer are never trusted: what cannot be read is nothing.

/// google.rpc.Code
pub const INVALID_ARGUMENT: u64 = 3;
pub const NOT_FOUND: u64 = 5;
pub const RESOURCE_EXHAUSTED: u64 = 8;
pub const UNAVAILABLE: u64 = 14;

pub const TASK: &str = "containerd.task.v2.Task";

/// Methods that change nothing when they are asked twice.
const REPEATABLE: [&str; 9] = [
    "State",
    "Wait",
    "Pids",
    "Stats",
    "Connect",
    "Shutdown",
    "ResizePty",
    "CloseIO",
    "Delete",
];

/// Whether a request (ttrpc.Request) may be asked again of another supervisor.
pub fn is_repeatable(request: &[u8]) -> bool {
    let (mut service, mut method) = (&b""[..], &b""[..]);
    for field in Fields(request) {
        match field {
            Some((1, Value::Bytes(bytes))) => service = bytes,
            Some((2, Value::Bytes(bytes))) => method = bytes,
            Some(_) => {}
            None => return false,
        }
    }
    service == TASK.as_bytes() && REPEATABLE.iter().any(|name| name.as_bytes() == method)
}

/// Metadata of the Wait of a process that stands for another: it was killed, where its connection ends before the answer.
const HOST_PROCESS: &str = "lcow-host-process";

/// A ttrpc.Request for Task.Wait, of who stands for the process.
pub fn wait_request(payload: &[u8]) -> Vec<u8> {
    let mut entry = Vec::new();
    put_bytes(&mut entry, 1, HOST_PROCESS.as_bytes());
    put_bytes(&mut entry, 2, std::process::id().to_string().as_bytes());
    let mut out = request("Wait", payload);
    put_bytes(&mut out, 5, &entry);
    out
}

/// A ttrpc.Request to the Task API.
pub fn request(method: &str, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    put_bytes(&mut out, 1, TASK.as_bytes());
    put_bytes(&mut out, 2, method.as_bytes());
    put_bytes(&mut out, 3, payload);
    out
}

/// A ttrpc.Response that is an error.
pub fn error_response(code: u64, text: &str) -> Vec<u8> {
    let mut status = Vec::new();
    put_number(&mut status, 1, code);
    put_bytes(&mut status, 2, text.as_bytes());
    let mut out = Vec::new();
    put_bytes(&mut out, 1, &status);
    out
}

/// What a ttrpc.Response answers: the payload, or a status' code and message.
pub fn response(bytes: &[u8]) -> Result<&[u8], (u64, String)> {
    let mut payload = &b""[..];
    for field in Fields(bytes) {
        match field {
            Some((1, Value::Bytes(status))) => {
                let (mut code, mut text) = (0, String::new());
                for field in Fields(status) {
                    match field {
                        Some((1, Value::Number(number))) => code = number,
                        Some((2, Value::Bytes(bytes))) => {
                            text = String::from_utf8_lossy(bytes).into_owned();
                        }
                        _ => {}
                    }
                }
                if code != 0 {
                    return Err((code, text));
                }
            }
            Some((2, Value::Bytes(bytes))) => payload = bytes,
            Some(_) => {}
            None => return Err((13, "a response that cannot be read".into())),
        }
    }
    Ok(payload)
}

/// WaitRequest; KillRequest and ResizePtyRequest begin alike.
pub fn process_id(id: &str, exec: &str) -> Vec<u8> {
    let mut out = Vec::new();
    put_bytes(&mut out, 1, id.as_bytes());
    put_bytes(&mut out, 2, exec.as_bytes());
    out
}

pub fn kill(id: &str, exec: &str, signal: i32) -> Vec<u8> {
    let mut out = process_id(id, exec);
    put_number(&mut out, 3, signal as u64);
    out
}

pub fn resize(id: &str, exec: &str, width: u16, height: u16) -> Vec<u8> {
    let mut out = process_id(id, exec);
    put_number(&mut out, 3, width.into());
    put_number(&mut out, 4, height.into());
    out
}

/// WaitResponse's exit_status.
pub fn exit_status(payload: &[u8]) -> Option<u32> {
    let mut status = 0;
    for field in Fields(payload) {
        if let (1, Value::Number(number)) = field? {
            status = number as u32;
        }
    }
    Some(status)
}

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message; `None` once and then no more where it is not one.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Option<(u64, Value<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.read();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field)
    }
}

impl<'a> Fields<'a> {
    fn read(&mut self) -> Option<(u64, Value<'a>)> {
        let tag = self.number()?;
        let value = match tag & 7 {
            0 => Value::Number(self.number()?),
            1 => Value::Bytes(self.take(8)?),
            2 => {
                let length = self.number()?;
                Value::Bytes(self.take(usize::try_from(length).ok()?)?)
            }
            5 => Value::Bytes(self.take(4)?),
            _ => return None,
        };
        Some((tag >> 3, value))
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for (index, &byte) in self.0.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f)
                .checked_shl(7 * index as u32)
                .unwrap_or(0);
            if byte & 0x80 == 0 {
                self.0 = &self.0[index + 1..];
                return Some(value);
            }
        }
        None
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.0.get(..length)?;
        self.0 = &self.0[length..];
        Some(taken)
    }
}

fn put_bytes(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    put_varint(out, field << 3 | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_number(out: &mut Vec<u8>, field: u64, number: u64) {
    put_varint(out, field << 3);
    put_varint(out, number);
}

fn put_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_may_be_asked_again_is_told_by_service_and_method() {
        assert!(is_repeatable(&request("Wait", &process_id("a", ""))));
        assert!(is_repeatable(&request("Delete", &[0xff; 40])));
        assert!(!is_repeatable(&request("Create", b"")));
        assert!(!is_repeatable(&request("Kill", b"")));
        let mut other = Vec::new();
        put_bytes(&mut other, 1, b"another.Task");
        put_bytes(&mut other, 2, b"Wait");
        assert!(!is_repeatable(&other));
        assert!(!is_repeatable(b"\xff\xff"));
    }

    #[test]
    fn a_response_is_its_payload_or_its_status() {
        assert_eq!(response(b""), Ok(&b""[..]));
        // As containerd's shim for runc answers: {1:{1:5 2:"process already finished: not found"}}.
        let bytes = error_response(NOT_FOUND, "process already finished: not found");
        assert_eq!(bytes[..2], [0x0a, bytes.len() as u8 - 2]);
        let text = "process already finished: not found".to_owned();
        assert_eq!(response(&bytes), Err((NOT_FOUND, text)));
        assert_eq!(exit_status(&[0x08, 0x89, 0x01]), Some(137));
        assert_eq!(exit_status(&[]), Some(0));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = is_repeatable(&bytes);
            let _ = response(&bytes);
            let _ = exit_status(&bytes);
        }

        #[test]
        fn numbers_of_any_size_come_back(number: u64, signal in 1i32..64) {
            let mut bytes = Vec::new();
            put_number(&mut bytes, 3, number);
            let read = Fields(&bytes).next().flatten();
            prop_assert!(matches!(read, Some((3, Value::Number(same))) if same == number));
            let bytes = kill("container", "exec", signal);
            let last = Fields(&bytes).last().flatten();
            prop_assert!(matches!(last, Some((3, Value::Number(same))) if same == signal as u64));
        }
    }
}
