//! Kernel parameters of the network: a container that has no network namespace of its own uses the VM's, so they are
//! written there. The others are the OCI runtime's.

use std::path::PathBuf;

use oci_spec::runtime::{LinuxNamespaceType, Spec};
use tonic::Status;

use crate::bounds::{from_io, invalid};

/// Takes the parameters `net.*` out of the spec of a container in the VM's network namespace, and writes them.
pub fn write_network(spec: &mut Spec) -> Result<(), Status> {
    let Some(mut linux) = spec.linux().clone() else {
        return Ok(());
    };
    let own = linux
        .namespaces()
        .iter()
        .flatten()
        .any(|namespace| namespace.typ() == LinuxNamespaceType::Network);
    let Some(mut parameters) = linux.sysctl().clone().filter(|_| !own) else {
        return Ok(());
    };
    let mut network: Vec<_> = parameters
        .extract_if(|name, _| name.starts_with("net.") || name.starts_with("net/"))
        .collect();
    // In an order that does not change, so that a failure does not either.
    network.sort();
    for (name, value) in &network {
        let path = file_of(name)?;
        std::fs::write(&path, value).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::InvalidInput => invalid(
                "spec.linux.sysctl",
                format!("{name:?} cannot be {value:?}: {error}"),
            ),
            _ => from_io(&format!("set {name:?} to {value:?}"), &error),
        })?;
    }
    linux.set_sysctl(Some(parameters));
    spec.set_linux(Some(linux));
    Ok(())
}

/// As sysctl(8) reads a name: its first separator is the one, so that `net/ipv4/conf/eth0.1/mtu` can be said.
fn file_of(name: &str) -> Result<PathBuf, Status> {
    let slashes = name.starts_with("net/");
    let parts: Vec<&str> = name.split(if slashes { '/' } else { '.' }).collect();
    let plain = |part: &&str| {
        !part.is_empty() && **part != *"." && **part != *".." && !part.contains(['/', '\0'])
    };
    if name.len() > 255 || !parts.iter().all(plain) {
        return Err(invalid(
            "spec.linux.sysctl",
            format!("{name:?} is no name of a parameter"),
        ));
    }
    Ok(["/proc/sys"].iter().chain(parts.iter()).collect())
}

#[cfg(test)]
mod tests {
    use super::file_of;

    #[test]
    fn names_are_paths_below_proc_sys_and_nothing_else() {
        let path = |name| file_of(name).map(|path| path.to_string_lossy().into_owned());
        assert_eq!(
            path("net.ipv4.ip_forward").unwrap(),
            "/proc/sys/net/ipv4/ip_forward"
        );
        assert_eq!(
            path("net/ipv4/conf/eth0.1/mtu").unwrap(),
            "/proc/sys/net/ipv4/conf/eth0.1/mtu"
        );
        for bad in ["net.", "net..x", "net/../kernel/x", "net/./x", "net.ipv4/x"] {
            assert!(path(bad).is_err(), "{bad}");
        }
    }
}
