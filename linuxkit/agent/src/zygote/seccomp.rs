//! A container's seccomp profile for processes that join it later.

use libcontainer::oci_spec::runtime::LinuxSeccomp;

use super::Failure;

/// A profile ready to be loaded into the calling process.
pub struct Program {
    profile: LinuxSeccomp,
}

/// The profile of the container whose cgroup is `_cgroup`.
pub fn compiled(_cgroup: &str, profile: &LinuxSeccomp) -> Result<Box<Program>, Failure> {
    Ok(Box::new(Program {
        profile: profile.clone(),
    }))
}

impl Program {
    /// Loads the filter; it stays for the life of the process.
    pub fn load(&self) -> Result<(), Failure> {
        libcontainer::seccomp::initialize_seccomp(&self.profile)
            .map(drop)
            .map_err(|error| Failure::other(format!("cannot load linux.seccomp: {error}")))
    }
}
