//! resolv.conf, hosts and hostname: of the VM, and of a container, whose files are bound into it at its creation
//! and may be rewritten while it runs.

use std::fmt::Write;
use std::fs::File;
use std::net::IpAddr;

use oci_spec::runtime::{Mount, Spec};
use tonic::Status;

use crate::bounds::{self, from_io, invalid};
use crate::proto::ConfigureNamesRequest;
use crate::{container, lookup, spec};

const FILES: [&str; 3] = ["hosts", "resolv.conf", "hostname"];
const HOSTS: &str = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n";

/// Writes the files of container `id` that are not there yet and gives the mounts for those that its spec does
/// not mount itself and whose place exists in the root or can be made there, whatever the image has.
pub fn mounts(id: &str, spec: &Spec, root: &File) -> Result<Vec<Mount>, Status> {
    let read_only = read_only(root);
    let folder = container::bundle(id);
    let hostname = spec.hostname().clone().unwrap_or_default();
    let mut found = Vec::new();
    for name in FILES {
        let destination = format!("/etc/{name}");
        let mounted = spec
            .mounts()
            .iter()
            .flatten()
            .any(|mount| mount.destination().to_str() == Some(&destination));
        let exists = lookup::open_in_root(root, &destination, libc::O_PATH).is_ok();
        if mounted || (!exists && read_only) {
            continue;
        }
        let path = format!("{folder}/{name}");
        if !std::path::Path::new(&path).exists() {
            let text = match name {
                "hosts" if hostname.is_empty() => HOSTS.to_owned(),
                "hosts" => format!("{HOSTS}127.0.1.1\t{hostname}\n"),
                "hostname" => format!("{hostname}\n"),
                _ => std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default(),
            };
            std::fs::write(&path, text)
                .map_err(|error| from_io(&format!("write {path}"), &error))?;
        }
        found.push(spec::bind(&path, &destination, false)?);
    }
    Ok(found)
}

/// Whether nothing can be made in the file system that `root` is on.
fn read_only(root: &File) -> bool {
    nix::sys::statvfs::fstatvfs(root)
        .is_ok_and(|stat| stat.flags().contains(nix::sys::statvfs::FsFlags::ST_RDONLY))
}

/// Writes the files of the VM or of a container from what the host says.
pub fn configure(request: &ConfigureNamesRequest) -> Result<(), Status> {
    check(request)?;
    let folder = if request.container_id.is_empty() {
        "/etc".to_owned()
    } else {
        container::bundle(&request.container_id)
    };
    std::fs::create_dir_all(&folder).map_err(|error| from_io(&format!("make {folder}"), &error))?;
    // Written in place: a bind mount shows the file, not its name.
    let write = |name: &str, text: String| {
        std::fs::write(format!("{folder}/{name}"), text)
            .map_err(|error| from_io(&format!("write {name}"), &error))
    };
    if request.container_id.is_empty() {
        prepare_resolv_conf();
    }
    write("resolv.conf", resolv_conf(request))?;
    let mut hosts = HOSTS.to_owned();
    for entry in &request.hosts {
        let _ = writeln!(hosts, "{}\t{}", entry.address, entry.names.join(" "));
    }
    write("hosts", hosts)?;
    if !request.hostname.is_empty() {
        write("hostname", format!("{}\n", request.hostname))?;
        if request.container_id.is_empty() {
            set_hostname(&request.hostname)?;
        }
    }
    Ok(())
}

/// In images that LinuxKit's rules made, /etc/resolv.conf is a link into /run, which is empty at boot.
pub fn prepare_resolv_conf() {
    if let Ok(link) = std::fs::read_link("/etc/resolv.conf") {
        let path = std::path::Path::new("/etc").join(link);
        let _ = path.parent().map(std::fs::create_dir_all);
        let _ = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path);
    }
}

/// Sets the VM's hostname.
pub fn set_hostname(name: &str) -> Result<(), Status> {
    check_hostname("hostname", name)?;
    nix::unistd::sethostname(name).map_err(|error| bounds::internal("set the hostname", error))
}

fn resolv_conf(request: &ConfigureNamesRequest) -> String {
    let mut text = String::new();
    if !request.searches.is_empty() {
        let _ = writeln!(text, "search {}", request.searches.join(" "));
    }
    for server in &request.nameservers {
        let _ = writeln!(text, "nameserver {server}");
    }
    if !request.options.is_empty() {
        let _ = writeln!(text, "options {}", request.options.join(" "));
    }
    text
}

fn check(request: &ConfigureNamesRequest) -> Result<(), Status> {
    bounds::count("nameservers", request.nameservers.len(), 3)?;
    bounds::count("searches", request.searches.len(), 6)?;
    bounds::count("options", request.options.len(), 1024)?;
    bounds::count("hosts", request.hosts.len(), 1024)?;
    for server in &request.nameservers {
        address("nameservers", server)?;
    }
    for word in request.searches.iter().chain(&request.options) {
        plain("searches, options", word)?;
    }
    for entry in &request.hosts {
        address("hosts.address", &entry.address)?;
        bounds::count("hosts.names", entry.names.len(), 1024)?;
        if entry.names.is_empty() {
            return Err(invalid("hosts.names", "empty"));
        }
        for name in &entry.names {
            plain("hosts.names", name)?;
        }
    }
    if !request.hostname.is_empty() {
        check_hostname("hostname", &request.hostname)?;
    }
    Ok(())
}

fn address(field: &str, value: &str) -> Result<(), Status> {
    // A zone ("fe80::1%eth0") belongs to a name server's address.
    let plain = value.split('%').next().unwrap_or("");
    plain
        .parse::<IpAddr>()
        .map(drop)
        .map_err(|_| invalid(field, format!("{value:?} is not an address")))
}

fn plain(field: &str, value: &str) -> Result<(), Status> {
    bounds::string(field, value)?;
    if value.is_empty() || value.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(invalid(field, format!("{value:?} is not one word")));
    }
    Ok(())
}

fn check_hostname(field: &str, value: &str) -> Result<(), Status> {
    let good = (1..=64).contains(&value.len())
        && value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
    if good {
        Ok(())
    } else {
        Err(invalid(
            field,
            format!("{value:?} is not a host name of 1..64 bytes"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::HostEntry;

    #[test]
    fn a_resolver_file_is_written_in_order() {
        let request = ConfigureNamesRequest {
            nameservers: vec!["10.0.0.1".into(), "fe80::1%eth0".into()],
            searches: vec!["a.example".into(), "b".into()],
            options: vec!["ndots:2".into()],
            ..ConfigureNamesRequest::default()
        };
        check(&request).expect("valid");
        assert_eq!(
            resolv_conf(&request),
            "search a.example b\nnameserver 10.0.0.1\nnameserver fe80::1%eth0\noptions ndots:2\n"
        );
    }

    #[test]
    fn what_would_add_lines_is_refused() {
        let bad = |request: ConfigureNamesRequest| assert!(check(&request).is_err());
        bad(ConfigureNamesRequest {
            nameservers: vec!["x\nnameserver 1.1.1.1".into()],
            ..Default::default()
        });
        bad(ConfigureNamesRequest {
            searches: vec!["a\nb".into()],
            ..Default::default()
        });
        bad(ConfigureNamesRequest {
            hostname: "a b".into(),
            ..Default::default()
        });
        bad(ConfigureNamesRequest {
            hosts: vec![HostEntry {
                address: "1.1.1.1".into(),
                names: vec!["a\n".into()],
            }],
            ..Default::default()
        });
    }
}
