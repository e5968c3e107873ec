//! A container's seccomp profile for processes that join it later.

use libcontainer::oci_spec::runtime::LinuxSeccomp;

use super::Failure;

/// A profile ready to be loaded into the calling process.
pub struct Program(LinuxSeccomp);

/// From the profile's JSON.
pub fn parse(profile: &[u8]) -> Result<Program, Failure> {
    serde_json::from_slice(profile)
        .map(Program)
        .map_err(|error| Failure::other(format!("cannot read linux.seccomp: {error}")))
}

impl Program {
    /// Loads the filter; it stays for the life of the process.
    pub fn load(&self) -> Result<(), Failure> {
        libcontainer::seccomp::initialize_seccomp(&self.0)
            .map(drop)
            .map_err(|error| Failure::other(format!("cannot load linux.seccomp: {error}")))
    }
}
