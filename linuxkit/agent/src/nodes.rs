//! Device nodes of the VM for a container, as its spec's annotations ask for them.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use oci_spec::runtime::{
    LinuxDevice, LinuxDeviceBuilder, LinuxDeviceCgroup, LinuxDeviceCgroupBuilder, LinuxDeviceType,
    Spec,
};
use serde::Deserialize;
use tonic::Status;

use crate::bounds::{self, invalid};
use crate::modules::Modules;

/// JSON: nodes of the VM.
const DEVICES: &str = "io.lcow.devices";
/// "true": all nodes of the VM.
const PRIVILEGED: &str = "io.lcow.privileged";
/// Nodes that libcontainer makes in every container, and folders that hold none of hardware.
const EVERYWHERE: [&str; 8] = [
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/tty",
    "/dev/console",
    "/dev/ptmx",
];
const FOLDERS: [&str; 3] = ["/dev/pts", "/dev/shm", "/dev/mqueue"];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Wanted {
    path_on_host: String,
    #[serde(default)]
    path_in_container: String,
    #[serde(default)]
    permissions: String,
}

/// Adds what the annotations of `spec` ask for. Blocks while modules are loaded.
pub fn add(spec: &mut Spec, modules: &Modules) -> Result<(), Status> {
    let annotations = spec.annotations().clone().unwrap_or_default();
    let privileged = annotations
        .get(PRIVILEGED)
        .is_some_and(|value| value == "true");
    let wanted: Vec<Wanted> = match annotations.get(DEVICES) {
        None => Vec::new(),
        Some(text) => serde_json::from_str(text)
            .map_err(|error| invalid(&format!("spec.annotations[{DEVICES}]"), error))?,
    };
    bounds::count(&format!("spec.annotations[{DEVICES}]"), wanted.len(), 256)?;
    if !privileged && wanted.is_empty() {
        return Ok(());
    }
    let mut nodes = Vec::new();
    let mut rules = Vec::new();
    if privileged {
        modules.load("late");
        collect(Path::new("/dev"), 0, &mut nodes);
        rules.push(everything()?);
    }
    for (index, device) in wanted.iter().enumerate() {
        let field = format!("spec.annotations[{DEVICES}][{index}]");
        let (node, rule) = one(&field, device, modules)?;
        nodes.retain(|known: &LinuxDevice| known.path() != node.path());
        if !EVERYWHERE.iter().any(|path| Path::new(path) == node.path()) {
            nodes.push(node);
        }
        rules.push(rule);
    }
    let mut linux = spec.linux().clone().unwrap_or_default();
    let mut all = linux.devices().clone().unwrap_or_default();
    all.retain(|known| nodes.iter().all(|node| node.path() != known.path()));
    all.extend(nodes);
    linux.set_devices(Some(all));
    let mut resources = linux.resources().clone().unwrap_or_default();
    let mut known = resources.devices().clone().unwrap_or_default();
    known.extend(rules);
    resources.set_devices(Some(known));
    linux.set_resources(Some(resources));
    spec.set_linux(Some(linux));
    Ok(())
}

fn one(
    field: &str,
    wanted: &Wanted,
    modules: &Modules,
) -> Result<(LinuxDevice, LinuxDeviceCgroup), Status> {
    let source = &wanted.path_on_host;
    bounds::path(&format!("{field}.pathOnHost"), source)?;
    let inside = match wanted.path_in_container.as_str() {
        "" => source,
        path => {
            bounds::path(&format!("{field}.pathInContainer"), path)?;
            path
        }
    };
    let permissions = match wanted.permissions.as_str() {
        "" => "rwm",
        letters if letters.chars().all(|letter| "rwm".contains(letter)) => letters,
        other => {
            let why = format!("{other:?} is not made of r, w and m");
            return Err(invalid(&format!("{field}.permissions"), why));
        }
    };
    if !Path::new(source).exists() || matches!(source.as_str(), "/dev/fuse" | "/dev/net/tun") {
        // Their drivers are loaded when the machine has nothing else to do.
        modules.load("late");
    }
    let node = node(Path::new(source), inside).ok_or_else(|| {
        let why = format!("{source:?} is no device of the VM");
        invalid(&format!("{field}.pathOnHost"), why)
    })?;
    let rule = LinuxDeviceCgroupBuilder::default()
        .allow(true)
        .typ(node.typ())
        .major(node.major())
        .minor(node.minor())
        .access(permissions)
        .build()
        .map_err(|error| invalid(field, error))?;
    Ok((node, rule))
}

fn everything() -> Result<LinuxDeviceCgroup, Status> {
    LinuxDeviceCgroupBuilder::default()
        .allow(true)
        .access("rwm")
        .build()
        .map_err(|error| invalid(PRIVILEGED, error))
}

/// The node at `path` of the VM, to stand at `inside` in the container.
fn node(path: &Path, inside: &str) -> Option<LinuxDevice> {
    let stat = fs::metadata(path).ok()?;
    let kind = match stat.file_type() {
        kind if kind.is_block_device() => LinuxDeviceType::B,
        kind if kind.is_char_device() => LinuxDeviceType::C,
        _ => return None,
    };
    LinuxDeviceBuilder::default()
        .path(PathBuf::from(inside))
        .typ(kind)
        .major(i64::from(libc::major(stat.rdev())))
        .minor(i64::from(libc::minor(stat.rdev())))
        .file_mode(stat.mode() & 0o777)
        .uid(stat.uid())
        .gid(stat.gid())
        .build()
        .ok()
}

/// Nodes below `folder`; not its disks: they hold the layers of all containers.
fn collect(folder: &Path, depth: usize, found: &mut Vec<LinuxDevice>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let Some(text) = path.to_str() else { continue };
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() && depth < 4 && !FOLDERS.contains(&text) {
            collect(&path, depth + 1, found);
        } else if kind.is_char_device() && !EVERYWHERE.contains(&text) {
            found.extend(node(&path, text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(annotations: &str) -> Spec {
        let text = format!(r#"{{"ociVersion":"1.2.0","linux":{{}},"annotations":{annotations}}}"#);
        serde_json::from_str(&text).expect("a spec")
    }

    #[test]
    fn a_device_gets_a_node_and_a_rule() {
        let mut spec = spec(
            r#"{"io.lcow.devices":"[{\"pathOnHost\":\"/dev/null\",\"pathInContainer\":\"/dev/nothing\",\"permissions\":\"rw\"}]"}"#,
        );
        add(&mut spec, &Modules::read()).expect("added");
        let linux = spec.linux().clone().expect("linux");
        let nodes = linux.devices().clone().expect("nodes");
        assert_eq!(nodes[0].path(), Path::new("/dev/nothing"));
        assert_eq!((nodes[0].major(), nodes[0].minor()), (1, 3));
        let rules = linux
            .resources()
            .clone()
            .expect("resources")
            .devices()
            .clone()
            .expect("rules");
        assert!(rules[0].allow() && rules[0].access().as_deref() == Some("rw"));
    }

    #[test]
    fn a_missing_or_strange_device_is_refused_by_name() {
        for (device, named) in [
            (r#"{\"pathOnHost\":\"/dev/no-such\"}"#, "/dev/no-such"),
            (r#"{\"pathOnHost\":\"/etc/passwd\"}"#, "/etc/passwd"),
            (r#"{\"pathOnHost\":\"dev\"}"#, "pathOnHost"),
            (
                r#"{\"pathOnHost\":\"/dev/null\",\"permissions\":\"x\"}"#,
                "permissions",
            ),
            (r#"{\"path\":\"/dev/null\"}"#, "io.lcow.devices"),
        ] {
            let mut spec = spec(&format!(r#"{{"io.lcow.devices":"[{device}]"}}"#));
            let error = add(&mut spec, &Modules::read()).expect_err(device);
            assert!(error.message().contains(named), "{}", error.message());
        }
    }
}
