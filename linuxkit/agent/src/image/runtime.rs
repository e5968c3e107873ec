//! runtime.json of a LinuxKit bundle: what is done around its container, which an OCI spec cannot say. The form is
//! that of LinuxKit's build tool. Not the container's own config.json.

use std::io;
use std::path::Path;

use serde::Deserialize;

/// No such file is near this.
const MAX_BYTES: u64 = 1 << 20;

/// All fields are optional; one that is not known is refused by name.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
pub struct Runtime {
    /// Groups to make below the hierarchy's root.
    pub cgroups: Vec<String>,
    /// Mounts of the VM, made before anything else; the container's root is among them.
    pub mounts: Vec<Mount>,
    /// Folders of the VM, or below the root where not absolute.
    pub mkdir: Vec<String>,
    /// Links that are made, or moved into the container's network namespace, before it starts.
    pub interfaces: Vec<Interface>,
    /// Where the container's namespaces are kept by name.
    #[serde(rename = "bindNS")]
    pub bind_ns: Namespaces,
    /// containerd's, which is not here.
    pub namespace: String,
}

/// As in an OCI spec.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mount {
    pub destination: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub source: String,
    pub options: Vec<String>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
pub struct Interface {
    pub name: String,
    /// The kind of a link that is to be made; empty: one that exists is moved.
    pub add: String,
    /// The other end of a veth pair, which stays in the VM.
    pub peer: String,
    /// Make it in the VM and move it then.
    pub create_in_root: bool,
}

/// Paths; empty: that namespace is not kept.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Namespaces {
    pub cgroup: String,
    pub ipc: String,
    pub mnt: String,
    pub net: String,
    pub pid: String,
    pub user: String,
    pub uts: String,
}

impl Namespaces {
    /// Names as under /proc/<pid>/ns with the paths that they are kept at.
    pub fn kept(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("cgroup", &self.cgroup),
            ("ipc", &self.ipc),
            ("mnt", &self.mnt),
            ("net", &self.net),
            ("pid", &self.pid),
            ("user", &self.user),
            ("uts", &self.uts),
        ]
        .into_iter()
        .map(|(name, path)| (name, path.as_str()))
        .filter(|(_, path)| !path.is_empty())
    }
}

impl Runtime {
    /// Reads a bundle's; one without the file wants nothing.
    pub fn read(path: &Path) -> io::Result<Self> {
        match read_bounded(path) {
            Ok(bytes) => Self::parse(&bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    fn parse(bytes: &[u8]) -> io::Result<Self> {
        let runtime: Self = serde_json::from_slice(bytes)
            .map_err(|error| io::Error::other(format!("runtime.json: {error}")))?;
        for (index, interface) in runtime.interfaces.iter().enumerate() {
            let field = format!("runtime.json: interfaces[{index}]");
            if !(1..=15).contains(&interface.name.len()) || interface.name.contains('/') {
                return Err(io::Error::other(format!(
                    "{field}.name: {:?} is not a link's name of 1..15 bytes",
                    interface.name
                )));
            }
            if interface.add == "veth" && interface.peer.is_empty() {
                return Err(io::Error::other(format!(
                    "{field}.peer: missing for a veth pair"
                )));
            }
        }
        for (index, group) in runtime.cgroups.iter().enumerate() {
            let plain = |part: &str| !matches!(part, "." | "..");
            if group.is_empty() || !group.split('/').all(plain) {
                return Err(io::Error::other(format!(
                    "runtime.json: cgroups[{index}]: {group:?} is not a group's name"
                )));
            }
        }
        Ok(runtime)
    }
}

/// A whole file of at most 1 MiB.
pub fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let size = std::fs::metadata(path)?.len();
    if size > MAX_BYTES {
        let text = format!("{} has {size} bytes, at most {MAX_BYTES}", path.display());
        return Err(io::Error::other(text));
    }
    std::fs::read(path)
}

/// Mount options in the form that mount(2) takes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub flags: libc::c_ulong,
    /// MS_PRIVATE and its like, which the kernel takes only alone.
    pub propagation: libc::c_ulong,
    pub data: String,
}

/// fstab's words; what is none of them is the file system's own.
pub fn options(words: &[String]) -> Options {
    let mut parsed = Options::default();
    let mut data: Vec<&str> = Vec::new();
    for word in words {
        let (set, flag) = match word.as_str() {
            "defaults" => continue,
            "async" => (false, libc::MS_SYNCHRONOUS),
            "sync" => (true, libc::MS_SYNCHRONOUS),
            "atime" => (false, libc::MS_NOATIME),
            "noatime" => (true, libc::MS_NOATIME),
            "bind" => (true, libc::MS_BIND),
            "rbind" => (true, libc::MS_BIND | libc::MS_REC),
            "dev" => (false, libc::MS_NODEV),
            "nodev" => (true, libc::MS_NODEV),
            "diratime" => (false, libc::MS_NODIRATIME),
            "nodiratime" => (true, libc::MS_NODIRATIME),
            "dirsync" => (true, libc::MS_DIRSYNC),
            "exec" => (false, libc::MS_NOEXEC),
            "noexec" => (true, libc::MS_NOEXEC),
            "mand" => (true, libc::MS_MANDLOCK),
            "nomand" => (false, libc::MS_MANDLOCK),
            "relatime" => (true, libc::MS_RELATIME),
            "norelatime" => (false, libc::MS_RELATIME),
            "strictatime" => (true, libc::MS_STRICTATIME),
            "nostrictatime" => (false, libc::MS_STRICTATIME),
            "remount" => (true, libc::MS_REMOUNT),
            "ro" => (true, libc::MS_RDONLY),
            "rw" => (false, libc::MS_RDONLY),
            "suid" => (false, libc::MS_NOSUID),
            "nosuid" => (true, libc::MS_NOSUID),
            "private" | "rprivate" | "shared" | "rshared" | "slave" | "rslave" | "unbindable"
            | "runbindable" => {
                parsed.propagation = propagation(word);
                continue;
            }
            other => {
                data.push(other);
                continue;
            }
        };
        if set {
            parsed.flags |= flag;
        } else {
            parsed.flags &= !flag;
        }
    }
    parsed.data = data.join(",");
    parsed
}

fn propagation(word: &str) -> libc::c_ulong {
    let (recursive, name) = match word.strip_prefix('r') {
        Some(name) => (libc::MS_REC, name),
        None => (0, word),
    };
    recursive
        | match name {
            "private" => libc::MS_PRIVATE,
            "shared" => libc::MS_SHARED,
            "slave" => libc::MS_SLAVE,
            _ => libc::MS_UNBINDABLE,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linuxkit_writes_for_a_writable_container_is_read() {
        let runtime = Runtime::parse(
            br#"{"mounts":[{"destination":"/containers/services/a/tmp","type":"tmpfs","source":"tmpfs"},
                 {"destination":"/containers/services/a/tmp","options":["remount","private"]},
                 {"destination":"/containers/services/a/rootfs","type":"overlay","source":"overlay",
                  "options":["lowerdir=/containers/services/a/lower","upperdir=/u","workdir=/w"]}],
                 "mkdir":["/var/a"],"interfaces":[{"name":"wg0","add":"wireguard","createInRoot":true}],
                 "bindNS":{"net":"/run/netns/wg"}}"#,
        )
        .expect("a runtime.json");
        assert_eq!(runtime.mounts.len(), 3);
        assert_eq!(runtime.mkdir, ["/var/a"]);
        assert!(runtime.interfaces[0].create_in_root);
        assert_eq!(
            runtime.bind_ns.kept().collect::<Vec<_>>(),
            [("net", "/run/netns/wg")]
        );
    }

    #[test]
    fn what_is_wrong_is_refused_by_name() {
        for (text, named) in [
            ("{", "runtime.json"),
            (r#"{"mounts":1}"#, "runtime.json"),
            (r#"{"colour":"red"}"#, "colour"),
            (r#"{"interfaces":[{"name":""}]}"#, "interfaces[0].name"),
            (
                r#"{"interfaces":[{"name":"a","add":"veth"}]}"#,
                "interfaces[0].peer",
            ),
            (r#"{"cgroups":["a/../.."]}"#, "cgroups[0]"),
        ] {
            let error = Runtime::parse(text.as_bytes()).expect_err(text);
            assert!(error.to_string().contains(named), "{error}");
        }
    }

    #[test]
    fn mount_options_are_flags_propagation_and_data() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            options(&words("nosuid ro rw size=10% mode=755 defaults")),
            Options {
                flags: libc::MS_NOSUID,
                propagation: 0,
                data: "size=10%,mode=755".to_owned(),
            }
        );
        assert_eq!(
            options(&words("rbind rshared")).propagation,
            libc::MS_REC | libc::MS_SHARED
        );
        assert_eq!(
            options(&words("remount private")),
            Options {
                flags: libc::MS_REMOUNT,
                propagation: libc::MS_PRIVATE,
                data: String::new(),
            }
        );
        assert_eq!(options(&words("relatime")).flags, libc::MS_RELATIME);
    }
}
