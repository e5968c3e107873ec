//! `regex-lite` under the name of `regex`, for libraries that check a field or two with an expression (oci-spec:
//! execCPUAffinity; libcontainer: intelRdt schemata). Classes such as `\d` are ASCII here, which is what those fields
//! are made of; searches are slower, of a few dozen bytes, and no automata of half a megabyte come along.

pub use regex_lite::{Captures, Error, Match, Regex, RegexBuilder};
