//! The contract's limits on what the host sends, each refusal naming the field and the value.

use std::time::Duration;

use tonic::metadata::MetadataValue;
use tonic::{Code, Status};

use crate::zygote::{Cause, Failure};

/// A string field's limit in bytes.
pub const MAX_STRING: usize = 4096;
/// A JSON document's limit in bytes.
pub const MAX_JSON: usize = 1 << 20;
/// A message's limit on the wire.
pub const MAX_MESSAGE: usize = 4 << 20;
/// How long a call waits for a device or a process when it came without a deadline.
pub const MAX_WAIT: Duration = Duration::from_secs(30);

/// INVALID_ARGUMENT with the field and what is wrong with it.
pub fn invalid(field: &str, why: impl std::fmt::Display) -> Status {
    Status::invalid_argument(format!("{field}: {why}"))
}

/// Shortens a value that is quoted in a message.
fn shown(value: &str) -> String {
    let mut text: String = value.chars().take(80).collect();
    if text.len() < value.len() {
        text.push('…');
    }
    format!("{text:?}")
}

/// An identifier: [A-Za-z0-9][A-Za-z0-9_.-]{0,127}.
pub fn id(field: &str, value: &str) -> Result<(), Status> {
    let good = value.len() <= 128
        && value.bytes().enumerate().all(|(index, byte)| {
            byte.is_ascii_alphanumeric() || (index > 0 && matches!(byte, b'_' | b'.' | b'-'))
        })
        && !value.is_empty();
    if good {
        Ok(())
    } else {
        Err(invalid(
            field,
            format!(
                "{} is not an identifier of 1..128 of A-Z a-z 0-9 _ . -",
                shown(value)
            ),
        ))
    }
}

/// A string of at most 4096 bytes without NUL.
pub fn string(field: &str, value: &str) -> Result<(), Status> {
    if value.len() > MAX_STRING {
        return Err(invalid(
            field,
            format!("{} bytes, at most {MAX_STRING}", value.len()),
        ));
    }
    if value.contains('\0') {
        return Err(invalid(field, "holds a NUL"));
    }
    Ok(())
}

/// An absolute path without `.`, `..` and empty parts.
pub fn path(field: &str, value: &str) -> Result<(), Status> {
    string(field, value)?;
    let clean = value.starts_with('/')
        && (value == "/"
            || value[1..]
                .split('/')
                .all(|part| !matches!(part, "" | "." | "..")));
    if clean {
        Ok(())
    } else {
        Err(invalid(
            field,
            format!("{} is not a plain absolute path", shown(value)),
        ))
    }
}

/// A path of the agent's own tree.
pub fn run_path(field: &str, value: &str) -> Result<(), Status> {
    path(field, value)?;
    if value.starts_with("/run/lcow/") {
        Ok(())
    } else {
        Err(invalid(
            field,
            format!("{} is not under /run/lcow/", shown(value)),
        ))
    }
}

/// A count of at most `limit`.
pub fn count(field: &str, length: usize, limit: usize) -> Result<(), Status> {
    if length <= limit {
        Ok(())
    } else {
        Err(invalid(
            field,
            format!("{length} elements, at most {limit}"),
        ))
    }
}

/// A value of at most `limit`.
pub fn at_most(field: &str, value: u64, limit: u64) -> Result<(), Status> {
    if value <= limit {
        Ok(())
    } else {
        Err(invalid(field, format!("{value}, at most {limit}")))
    }
}

/// An INTERNAL status: "cannot <op>: <error>".
pub fn internal(op: &str, error: impl std::fmt::Display) -> Status {
    Status::internal(format!("cannot {op}: {error}"))
}

/// The status of a failed system call, by its number.
pub fn from_io(op: &str, error: &std::io::Error) -> Status {
    let code = match error.raw_os_error() {
        Some(libc::ENOENT) => Code::NotFound,
        Some(libc::EBUSY) => Code::FailedPrecondition,
        Some(libc::EINVAL) => Code::InvalidArgument,
        Some(libc::ENODEV | libc::EOPNOTSUPP | libc::ENOSYS) => Code::Unimplemented,
        Some(libc::ENOMEM | libc::ENOSPC | libc::EMFILE) => Code::ResourceExhausted,
        _ => Code::Internal,
    };
    Status::new(code, format!("cannot {op}: {error}"))
}

/// The status of a process that could not be made, with the contract's metadata.
pub fn from_failure(op: &str, failure: &Failure) -> Status {
    let (code, cause) = match failure.cause {
        Cause::ExecNotFound => (Code::NotFound, Some("exec-not-found")),
        Cause::ExecNotPermitted => (Code::FailedPrecondition, Some("exec-not-permitted")),
        Cause::Invalid => (Code::InvalidArgument, None),
        Cause::NotFound => (Code::NotFound, None),
        Cause::Other => (Code::Internal, None),
    };
    let mut message = failure.message.clone();
    if message.len() > MAX_STRING {
        let mut end = MAX_STRING;
        while !message.is_char_boundary(end) {
            end -= 1;
        }
        message.truncate(end);
    }
    let mut status = Status::new(code, format!("cannot {op}: {message}"));
    if let Some(cause) = cause {
        status
            .metadata_mut()
            .insert("lcow-cause", MetadataValue::from_static(cause));
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_what_the_contract_says() {
        for good in ["a", "A-1_b.c", &"x".repeat(128)] {
            assert!(id("id", good).is_ok(), "{good}");
        }
        for bad in ["", ".", "-a", "a/b", "a b", &"x".repeat(129), "ä"] {
            assert!(id("id", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn paths_stay_in_the_agents_tree() {
        assert!(run_path("target", "/run/lcow/c/a/rootfs").is_ok());
        for bad in [
            "/run/lcow",
            "/etc",
            "/run/lcow/../etc",
            "run/lcow/a",
            "/run/lcow//a",
            "/run/lcow/./a",
        ] {
            assert!(run_path("target", bad).is_err(), "{bad}");
        }
    }
}
