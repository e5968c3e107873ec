//! Regenerates `proto/generated/lcow.agent.v1.rs` from `proto/agent.proto`.
//!
//! It needs no `protoc`: the file is parsed by protox. Output depends on the proto file and on the versions
//! in Cargo.lock only, so that a second run is bit-identical (a test regenerates and compares).
//! Usage: `cargo run --release --manifest-path proto/codegen/Cargo.toml [-- OUT_DIR]`.

use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let proto = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let out = std::env::args_os()
        .nth(1)
        .map_or_else(|| proto.join("generated"), PathBuf::from);
    std::fs::create_dir_all(&out)?;
    let descriptors = protox::compile([proto.join("agent.proto")], [&proto])?;
    tonic_prost_build::configure()
        // The agent is a server; its tests and the example client switch the client on.
        .client_mod_attribute(".", "#[cfg(any(test, feature = \"client\"))]")
        .build_transport(false)
        .bytes(".lcow.agent.v1.Data")
        .bytes(".lcow.agent.v1.CopyInFrame")
        .bytes(".lcow.agent.v1.CopyOutFrame")
        .btree_map(".lcow.agent.v1")
        .out_dir(&out)
        .compile_fds(descriptors)?;
    Ok(())
}
