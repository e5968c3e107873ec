//! Containers made ahead: an init with its namespaces and mounts waits, and `create` gives it root, spec and streams
//! where it fits. What does not fit is made by libcontainer as ever.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::CString;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use oci_spec::runtime::{
    Capability, Hooks, LinuxCapabilitiesBuilder, LinuxNamespace, LinuxNamespaceType, Mount,
    ProcessBuilder, RootBuilder, Spec, UserBuilder,
};
use prost::Message;
use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;
use tonic::Status;

use super::start;
use crate::agent::{Agent, lock};
use crate::bounds::{from_failure, from_io, internal, invalid};
use crate::zygote::plan::Plan;
use crate::zygote::standby::{Claim, Kind, Step};
use crate::zygote::tree::{self, Attributes};
use crate::zygote::{Failure, Reply, Request, init, wire};
use crate::{cgroup, spawn, spec};

/// How many may wait at once.
const MAX: usize = 4;
/// What a kernel must have for it, as `Containers.Standby` says where it has not.
const NEEDS: &str = "this kernel cannot copy mounts (Linux 5.12)";

/// An init that waits for its container.
pub struct Standby {
    /// Also of its cgroup.
    name: String,
    pid: i32,
    socket: UnixStream,
    shape: Shape,
}

/// What it has, as far as a container can want something else.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shape {
    namespaces: BTreeSet<&'static str>,
    mounts: BTreeMap<String, Wanted>,
    masked: BTreeSet<String>,
    read_only: BTreeSet<String>,
}

/// A mount, in one way of saying it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    kind: String,
    options: BTreeSet<String>,
}

/// How a standby becomes a container.
struct Fit {
    steps: Vec<Step>,
    sources: Vec<Source>,
    masked: Vec<String>,
    read_only: Vec<String>,
    cgroup_namespace: bool,
}

/// What a step places.
#[derive(Debug, PartialEq, Eq)]
enum Source {
    Bind {
        path: String,
        whole: bool,
        attributes: Attributes,
    },
    Tmpfs {
        parameters: Vec<(String, String)>,
        attributes: u64,
    },
}

/// Makes a standby for containers like that of `document` (an OCI spec, of which namespaces, mounts and hidden paths
/// count). Nothing of it is left when it fails.
pub async fn prepare(agent: &Arc<Agent>, document: &[u8]) -> Result<(), Status> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    if lock(&agent.standbys).len() >= MAX {
        return Err(Status::resource_exhausted(format!(
            "{MAX} containers stand by"
        )));
    }
    let mut spec = spec::parse(document)?;
    tree::copy(c"/", false).map_err(|_| Status::unimplemented(NEEDS))?;
    let name = format!("+standby-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = folder(&name);
    let shape = placeholder(&mut spec, &name)?;
    let made = make(agent, &name, &spec).await;
    // libcontainer has read it, and its state is of no use.
    let _ = std::fs::remove_file(format!("{folder}/config.json"));
    let _ = std::fs::remove_dir_all(format!("{}/{name}", init::STATE));
    match made {
        Ok((pid, socket)) => {
            lock(&agent.standbys).push(Standby {
                name,
                pid,
                socket,
                shape,
            });
            Ok(())
        }
        Err(status) => {
            let path = cgroup::folder(&name);
            let _ = cgroup::kill(&path).and_then(|()| cgroup::remove(&path));
            forget(&name);
            Err(status)
        }
    }
}

/// Removes the placeholder of a standby that was claimed, or that is gone.
pub fn forget(name: &str) {
    let _ = std::fs::remove_dir_all(folder(name));
}

fn folder(name: &str) -> String {
    format!("/run/lcow/s/{name}")
}

/// Reduces a spec to what can be made ahead; gives what that is.
fn placeholder(spec: &mut Spec, name: &str) -> Result<Shape, Status> {
    let failed = |error: oci_spec::OciSpecError| invalid("spec", error);
    let mut linux = spec.linux().clone().unwrap_or_default();
    let namespaces: Vec<LinuxNamespace> = linux
        .namespaces()
        .iter()
        .flatten()
        .filter(|namespace| namespace.typ() != LinuxNamespaceType::Cgroup)
        .cloned()
        .collect();
    if namespaces.iter().any(|one| one.path().is_some()) {
        return Err(invalid("spec.linux.namespaces", "one is not its own"));
    }
    let kinds = names_of(&namespaces);
    if !kinds.contains("mount") || !kinds.contains("pid") || kinds.contains("user") {
        return Err(invalid(
            "spec.linux.namespaces",
            "a mount and a pid namespace are needed, and none of users",
        ));
    }
    linux.set_namespaces(Some(namespaces));
    linux.set_cgroups_path(Some(cgroup::path(name).into()));
    linux.set_resources(None);
    linux.set_seccomp(None);
    linux.set_sysctl(None);
    linux.set_devices(None);
    let masked = set_of(linux.masked_paths());
    let read_only = set_of(linux.readonly_paths());
    spec.set_linux(Some(linux));
    let ahead: Vec<Mount> = spec
        .mounts()
        .iter()
        .flatten()
        .filter(|mount| {
            matches!(
                mount.typ().as_deref(),
                Some("proc" | "tmpfs" | "devpts" | "mqueue" | "sysfs")
            )
        })
        .cloned()
        .collect();
    let mounts: BTreeMap<_, _> = ahead
        .iter()
        .map(|mount| (destination(mount), wanted(mount)))
        .collect();
    if !["/proc", "/dev"]
        .iter()
        .all(|path| mounts.contains_key(*path))
    {
        return Err(invalid(
            "spec.mounts",
            "neither /proc nor /dev may be missing",
        ));
    }
    spec.set_mounts(Some(ahead));
    spec.set_hooks(None);
    spec.set_annotations(None);
    spec.set_hostname(None);
    spec.set_domainname(None);
    spec.set_root(Some(
        RootBuilder::default()
            .path(format!("{}/rootfs", folder(name)))
            .readonly(false)
            .build()
            .map_err(failed)?,
    ));
    let all: std::collections::HashSet<Capability> = every_capability();
    let capabilities = LinuxCapabilitiesBuilder::default()
        .bounding(all.clone())
        .effective(all.clone())
        .permitted(all)
        .inheritable([])
        .ambient([])
        .build()
        .map_err(failed)?;
    spec.set_process(Some(
        ProcessBuilder::default()
            .args(["standby".to_owned()])
            .env(Vec::new())
            .cwd("/")
            .user(
                UserBuilder::default()
                    .uid(0u32)
                    .gid(0u32)
                    .build()
                    .map_err(failed)?,
            )
            .capabilities(capabilities)
            .rlimits(Vec::new())
            .terminal(false)
            .no_new_privileges(false)
            .build()
            .map_err(failed)?,
    ));
    Ok(Shape {
        namespaces: kinds,
        mounts,
        masked,
        read_only,
    })
}

fn every_capability() -> std::collections::HashSet<Capability> {
    use oci_spec::runtime::Capability::*;
    [
        Chown,
        DacOverride,
        DacReadSearch,
        Fowner,
        Fsetid,
        Kill,
        Setgid,
        Setuid,
        Setpcap,
        LinuxImmutable,
        NetBindService,
        NetBroadcast,
        NetAdmin,
        NetRaw,
        IpcLock,
        IpcOwner,
        SysModule,
        SysRawio,
        SysChroot,
        SysPtrace,
        SysPacct,
        SysAdmin,
        SysBoot,
        SysNice,
        SysResource,
        SysTime,
        SysTtyConfig,
        Mknod,
        Lease,
        AuditWrite,
        AuditControl,
        Setfcap,
        MacOverride,
        MacAdmin,
        Syslog,
        WakeAlarm,
        BlockSuspend,
        AuditRead,
        Perfmon,
        Bpf,
        CheckpointRestore,
    ]
    .into_iter()
    .collect()
}

async fn make(agent: &Arc<Agent>, name: &str, spec: &Spec) -> Result<(i32, UnixStream), Status> {
    let op = format!("prepare {name}");
    let folder = folder(name);
    let bytes = serde_json::to_vec(spec).map_err(|error| internal(&op, error))?;
    let zygote = agent.zygote.pid;
    let path = folder.clone();
    tokio::task::spawn_blocking(move || {
        cgroup::prepare(zygote);
        std::fs::create_dir_all(format!("{path}/rootfs"))?;
        std::fs::write(format!("{path}/config.json"), bytes)
    })
    .await
    .map_err(|error| internal(&op, error))?
    .map_err(|error| from_io(&op, &error))?;
    let null = || {
        std::fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open("/dev/null")
            .map(OwnedFd::from)
    };
    let made = || -> std::io::Result<_> {
        let (ours, theirs) = wire::pair(libc::SOCK_STREAM)?;
        Ok((spawn::stream(ours)?, [null()?, null()?, null()?, theirs]))
    };
    let (mut socket, fds) = made().map_err(|error| from_io(&op, &error))?;
    let request = Request::Create(init::Create {
        id: name.to_owned(),
        bundle: folder,
        terminal: false,
        limits: Vec::new(),
        standby: true,
    });
    let answer = spawn::ask(&agent.zygote, &request, &fds).await;
    drop(fds);
    let answer = answer.map_err(|failure| from_failure(&op, &failure))?;
    let Reply::Started { pid } = answer.reply else {
        return Err(super::refused(&op, answer.reply));
    };
    start::notify(name).map_err(|error| from_io(&op, &error))?;
    let mut byte = [0];
    let waits = socket.read_exact(&mut byte);
    match tokio::time::timeout(crate::bounds::MAX_WAIT, waits).await {
        Ok(Ok(_)) => Ok((pid, socket)),
        Ok(Err(error)) => Err(from_io(&op, &error)),
        Err(_) => Err(Status::deadline_exceeded(format!("{op}: no answer"))),
    }
}

/// What a container that was made of a standby goes on with.
pub struct Claimed {
    pub pid: i32,
    pub master: Option<OwnedFd>,
    /// A byte on it starts the command.
    pub gate: UnixStream,
}

/// A standby that fits, with the way how; none where there is none.
pub struct Choice {
    standby: Standby,
    fit: Fit,
}

/// Takes a standby out of the waiting that `document` fits.
pub fn choose(agent: &Agent, document: &Spec) -> Option<Choice> {
    let mut standbys = lock(&agent.standbys);
    let found = standbys
        .iter()
        .enumerate()
        .find_map(|(index, standby)| Some((index, fit(&standby.shape, document)?)));
    let (index, fit) = found?;
    Some(Choice {
        standby: standbys.remove(index),
        fit,
    })
}

impl Choice {
    /// Of its cgroup, which is the container's from now on.
    pub fn name(&self) -> &str {
        &self.standby.name
    }

    /// Has the standby become the container. Its own end before it has taken the claim is no failure: then there is
    /// none, and the container can be made otherwise.
    pub async fn claim(
        self,
        document: &Spec,
        plan: Plan,
        rootfs: &str,
        status: OwnedFd,
        streams: Vec<OwnedFd>,
    ) -> Result<Claimed, Failure> {
        let Self { standby, fit } = self;
        let Standby {
            pid, mut socket, ..
        } = standby;
        let mut fds = vec![
            CString::new(rootfs)
                .map_err(Into::into)
                .and_then(|path| tree::copy(&path, true))
                .map_err(|error| Failure::io("copy the root", &error))?,
            status,
        ];
        fds.extend(streams);
        for source in &fit.sources {
            fds.push(
                source
                    .open()
                    .map_err(|error| Failure::io(&format!("mount {source:?}"), &error))?,
            );
        }
        let read_only = document.root().as_ref().and_then(|root| root.readonly());
        let claim = Claim {
            plan: Some(plan),
            steps: fit.steps,
            masked: fit.masked,
            read_only_paths: fit.read_only,
            read_only: read_only.unwrap_or(false),
            hostname: document.hostname().clone().unwrap_or_default(),
            domain_name: document.domainname().clone().unwrap_or_default(),
            cgroup_namespace: fit.cgroup_namespace,
        };
        let (reply, master) = spawn::talk(&mut socket, &claim.encode_to_vec(), &fds)
            .await
            .map_err(|error| Failure::io("reach the container's init", &error))?;
        match reply {
            Reply::Started { .. } => Ok(Claimed {
                pid,
                master,
                gate: socket,
            }),
            Reply::Failed(failure) => Err(failure),
            _ => Err(Failure::other("an answer to another question")),
        }
    }
}

impl Source {
    fn open(&self) -> std::io::Result<OwnedFd> {
        match self {
            Self::Bind {
                path,
                whole,
                attributes,
            } => {
                let copy = tree::copy(&CString::new(path.as_str())?, *whole)?;
                tree::make_private(&copy)?;
                tree::restrict(&copy, *attributes)?;
                Ok(copy)
            }
            Self::Tmpfs {
                parameters,
                attributes,
            } => {
                let parameters = parameters
                    .iter()
                    .map(|(key, value)| {
                        Ok((CString::new(key.as_str())?, CString::new(value.as_str())?))
                    })
                    .collect::<std::io::Result<Vec<_>>>()?;
                tree::make(c"tmpfs", &parameters, *attributes)
            }
        }
    }

    fn is_file(&self) -> bool {
        match self {
            Self::Bind { path, .. } => !std::path::Path::new(path).is_dir(),
            Self::Tmpfs { .. } => false,
        }
    }
}

/// How a standby of `shape` becomes the container of `spec`; none where it cannot.
fn fit(shape: &Shape, spec: &Spec) -> Option<Fit> {
    let linux = spec.linux().as_ref()?;
    let namespaces = linux.namespaces().clone().unwrap_or_default();
    if namespaces.iter().any(|one| one.path().is_some()) {
        return None;
    }
    let mut kinds = names_of(&namespaces);
    let cgroup_namespace = kinds.remove("cgroup");
    let plain = linux.devices().iter().flatten().next().is_none()
        && linux.sysctl().iter().flatten().next().is_none()
        && linux.uid_mappings().iter().flatten().next().is_none()
        && linux.gid_mappings().iter().flatten().next().is_none()
        && linux.personality().is_none()
        && linux.time_offsets().iter().flatten().next().is_none()
        && linux.net_devices().iter().flatten().next().is_none()
        && linux.memory_policy().is_none()
        && linux
            .seccomp()
            .as_ref()
            .is_none_or(|profile| profile.listener_path().is_none())
        && matches!(
            linux.rootfs_propagation().as_deref(),
            None | Some("" | "private" | "slave")
        )
        && spec.hooks().as_ref().is_none_or(no_hooks);
    let (masked, read_only) = (set_of(linux.masked_paths()), set_of(linux.readonly_paths()));
    if !plain
        || kinds != shape.namespaces
        || !shape.masked.is_subset(&masked)
        || !shape.read_only.is_subset(&read_only)
    {
        return None;
    }
    let (steps, sources) = fit_mounts(shape, spec, cgroup_namespace)?;
    let more = |wanted: &BTreeSet<String>, have: &BTreeSet<String>| {
        wanted.difference(have).cloned().collect()
    };
    Some(Fit {
        steps,
        sources,
        masked: more(&masked, &shape.masked),
        read_only: more(&read_only, &shape.read_only),
        cgroup_namespace,
    })
}

fn no_hooks(hooks: &Hooks) -> bool {
    hooks.start_container().iter().flatten().next().is_none()
}

fn fit_mounts(
    shape: &Shape,
    spec: &Spec,
    cgroup_namespace: bool,
) -> Option<(Vec<Step>, Vec<Source>)> {
    let mounts: Vec<&Mount> = spec.mounts().iter().flatten().collect();
    let step = |kind: Kind, destination: &str| Step {
        kind: kind as i32,
        destination: destination.to_owned(),
        attributes: 0,
    };
    let mut taken = BTreeSet::new();
    let mut moves = Vec::new();
    for mount in &mounts {
        let place = destination(mount);
        if shape.mounts.get(&place) != Some(&wanted(mount)) || !taken.insert(place.clone()) {
            continue;
        }
        match above(shape, &place) {
            None => moves.push(step(Kind::Move, &place)),
            Some(parent) if taken.contains(parent) => {}
            Some(_) => return None,
        }
    }
    if !["/proc", "/dev"].iter().all(|path| taken.contains(*path)) {
        return None;
    }
    let drops = shape
        .mounts
        .keys()
        .filter(|place| {
            !taken.contains(*place)
                && above(shape, place).is_some_and(|parent| taken.contains(parent))
        })
        .map(|place| step(Kind::Drop, place));
    let mut steps = moves;
    steps.extend(drops);
    let mut sources = Vec::new();
    let mut seen = BTreeSet::new();
    for mount in &mounts {
        let place = destination(mount);
        // The first of its place was moved; another of the same place lies over it.
        if taken.contains(&place) && seen.insert(place.clone()) {
            continue;
        }
        // What was moved there already would be hidden.
        if place == "/" || taken.iter().any(|moved| is_below(moved, &place)) {
            return None;
        }
        match mount.typ().as_deref() {
            Some("cgroup" | "cgroup2") if cgroup_namespace => {
                let (attributes, parameters, _) = options(mount)?;
                if !parameters.is_empty() {
                    return None;
                }
                steps.push(Step {
                    attributes: attributes.set,
                    ..step(Kind::Cgroup, &place)
                });
            }
            kind => {
                let source = source(mount, kind)?;
                let kind = if source.is_file() {
                    Kind::PlaceFile
                } else {
                    Kind::PlaceFolder
                };
                steps.push(step(kind, &place));
                sources.push(source);
            }
        }
    }
    // Root, status and streams go with them.
    (sources.len() + 5 <= wire::MAX_FDS).then_some((steps, sources))
}

fn source(mount: &Mount, kind: Option<&str>) -> Option<Source> {
    let (attributes, parameters, bind) = options(mount)?;
    if kind == Some("bind") || bind.is_some() {
        if !parameters.is_empty() {
            return None;
        }
        return Some(Source::Bind {
            path: mount.source().as_ref()?.to_string_lossy().into_owned(),
            whole: bind.unwrap_or(false),
            attributes,
        });
    }
    if kind != Some("tmpfs") {
        return None;
    }
    let mut parameters = parameters;
    if let Some(source) = mount.source() {
        parameters.insert(
            0,
            ("source".to_owned(), source.to_string_lossy().into_owned()),
        );
    }
    Some(Source::Tmpfs {
        parameters,
        attributes: attributes.set,
    })
}

type Options = (Attributes, Vec<(String, String)>, Option<bool>);

/// Attributes, parameters of the file system, and whether it is a bind (of all below it, too); none for an option that
/// is not known here.
fn options(mount: &Mount) -> Option<Options> {
    let mut attributes = Attributes::default();
    let mut parameters = Vec::new();
    let mut bind = None;
    for option in mount.options().iter().flatten() {
        let (set, clear) = match option.as_str() {
            "ro" => (tree::READ_ONLY, 0),
            "rw" => (0, tree::READ_ONLY),
            "nosuid" => (tree::NO_SUID, 0),
            "suid" => (0, tree::NO_SUID),
            "nodev" => (tree::NO_DEV, 0),
            "dev" => (0, tree::NO_DEV),
            "noexec" => (tree::NO_EXEC, 0),
            "exec" => (0, tree::NO_EXEC),
            "noatime" => (tree::NO_ATIME, 0),
            "strictatime" => (tree::STRICT_ATIME, 0),
            "nodiratime" => (tree::NO_DIR_ATIME, 0),
            "relatime" | "defaults" | "private" | "rprivate" | "slave" | "rslave" => (0, 0),
            "bind" => {
                bind = bind.or(Some(false));
                (0, 0)
            }
            "rbind" => {
                bind = Some(true);
                (0, 0)
            }
            other => {
                let (key, value) = other.split_once('=')?;
                if !matches!(key, "mode" | "size" | "nr_inodes" | "uid" | "gid") {
                    return None;
                }
                parameters.push((key.to_owned(), value.to_owned()));
                (0, 0)
            }
        };
        attributes.set = (attributes.set & !clear) | set;
        attributes.clear = (attributes.clear & !set) | clear;
    }
    Some((attributes, parameters, bind))
}

/// The mount of `shape` in which `place` lies.
fn above<'a>(shape: &'a Shape, place: &str) -> Option<&'a String> {
    shape
        .mounts
        .keys()
        .filter(|other| is_below(place, other))
        .max_by_key(|other| other.len())
}

fn is_below(place: &str, other: &str) -> bool {
    place
        .strip_prefix(other)
        .is_some_and(|rest| rest.starts_with('/'))
}

fn destination(mount: &Mount) -> String {
    let path = mount.destination().to_string_lossy();
    let parts: Vec<_> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    format!("/{}", parts.join("/"))
}

fn wanted(mount: &Mount) -> Wanted {
    let options = mount.options().iter().flatten();
    Wanted {
        kind: mount.typ().clone().unwrap_or_default(),
        options: options.filter_map(|option| normal(option)).collect(),
    }
}

/// An option in one way of saying it; none for one that says nothing.
fn normal(option: &str) -> Option<String> {
    match option.split_once('=') {
        Some(("size", size)) => Some(format!("size={}", bytes(size).unwrap_or(size.to_owned()))),
        Some(("mode" | "ptmxmode", mode)) => {
            let (key, _) = option.split_once('=')?;
            Some(format!("{key}={}", mode.trim_start_matches('0')))
        }
        _ if matches!(option, "rw" | "relatime" | "defaults") => None,
        _ => Some(option.to_owned()),
    }
}

fn bytes(size: &str) -> Option<String> {
    let (digits, unit) = match size.char_indices().next_back()? {
        (at, letter) if letter.is_ascii_alphabetic() => (&size[..at], letter.to_ascii_lowercase()),
        _ => (size, ' '),
    };
    let shift = match unit {
        ' ' => 0,
        'k' => 10,
        'm' => 20,
        'g' => 30,
        _ => return None,
    };
    Some(digits.parse::<u64>().ok()?.checked_shl(shift)?.to_string())
}

fn names_of(namespaces: &[LinuxNamespace]) -> BTreeSet<&'static str> {
    let name = |kind| match kind {
        LinuxNamespaceType::Mount => "mount",
        LinuxNamespaceType::Pid => "pid",
        LinuxNamespaceType::Ipc => "ipc",
        LinuxNamespaceType::Uts => "uts",
        LinuxNamespaceType::Cgroup => "cgroup",
        LinuxNamespaceType::Network => "network",
        LinuxNamespaceType::User => "user",
        LinuxNamespaceType::Time => "time",
    };
    namespaces
        .iter()
        .map(|namespace| name(namespace.typ()))
        .collect()
}

fn set_of(list: &Option<Vec<String>>) -> BTreeSet<String> {
    list.iter().flatten().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDARD: &str = r#"
        {"destination":"/proc","type":"proc","source":"proc","options":["nosuid","noexec","nodev"]},
        {"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","strictatime","mode=755","size=65536k"]},
        {"destination":"/dev/pts","type":"devpts","source":"devpts","options":["nosuid","noexec","newinstance","ptmxmode=0666","mode=0620","gid=5"]},
        {"destination":"/dev/shm","type":"tmpfs","source":"shm","options":["nosuid","noexec","nodev","mode=1777","size=67108864"]},
        {"destination":"/dev/mqueue","type":"mqueue","source":"mqueue","options":["nosuid","noexec","nodev"]},
        {"destination":"/sys","type":"sysfs","source":"sysfs","options":["nosuid","noexec","nodev","ro"]}"#;

    fn document(mounts: &str, linux: &str) -> Spec {
        let text = format!(
            r#"{{"ociVersion":"1.2.0","root":{{"path":"r"}},"process":{{"cwd":"/","args":["sh"],"user":{{"uid":0,"gid":0}}}},
                "mounts":[{mounts}],"linux":{{"maskedPaths":["/proc/kcore"],"readonlyPaths":["/proc/sys"],{linux}}}}}"#
        );
        spec::parse(text.as_bytes()).expect("a spec")
    }

    fn spaces(more: &str) -> String {
        format!(
            r#""namespaces":[{{"type":"pid"}},{{"type":"ipc"}},{{"type":"uts"}},{{"type":"mount"}}{more}]"#
        )
    }

    fn shape() -> Shape {
        let mut spec = document(STANDARD, &spaces(r#",{"type":"cgroup"}"#));
        placeholder(&mut spec, "+standby-0").expect("a shape")
    }

    fn steps(fit: &Fit) -> Vec<(Kind, &str)> {
        fit.steps
            .iter()
            .map(|step| (step.kind(), step.destination.as_str()))
            .collect()
    }

    const MOVED: [(Kind, &str); 3] = [
        (Kind::Move, "/proc"),
        (Kind::Move, "/dev"),
        (Kind::Move, "/sys"),
    ];

    #[test]
    fn a_placeholder_keeps_neither_process_nor_resources_nor_a_cgroup_namespace() {
        let mut spec = document(STANDARD, &spaces(r#",{"type":"cgroup"}"#));
        placeholder(&mut spec, "+standby-0").expect("a shape");
        let linux = spec.linux().clone().expect("linux");
        assert_eq!(linux.namespaces().iter().flatten().count(), 4);
        assert!(linux.resources().is_none());
        let process = spec.process().clone().expect("a process");
        assert_eq!(process.args().clone().expect("args"), ["standby"]);
        let root = spec.root().clone().expect("a root");
        assert_eq!(root.path().to_str(), Some("/run/lcow/s/+standby-0/rootfs"));
    }

    #[test]
    fn the_same_mounts_in_other_words_are_moved() {
        let other = STANDARD.replace("size=67108864", "size=65536k");
        let cgroup = r#",{"destination":"/sys/fs/cgroup","type":"cgroup","source":"cgroup","options":["ro","nosuid"]}"#;
        let spec = document(
            &format!("{other}{cgroup}"),
            &spaces(r#",{"type":"cgroup"}"#),
        );
        let fit = fit(&shape(), &spec).expect("it fits");
        assert_eq!(steps(&fit)[..3], MOVED);
        assert_eq!(steps(&fit)[3..], [(Kind::Cgroup, "/sys/fs/cgroup")]);
        assert_eq!(fit.steps[3].attributes, tree::READ_ONLY | tree::NO_SUID);
        assert!(fit.cgroup_namespace);
    }

    #[test]
    fn what_differs_is_dropped_and_placed_anew() {
        let other = STANDARD.replace("size=67108864", "size=1m");
        let run = r#",{"destination":"/run","type":"tmpfs","source":"tmpfs","options":["nosuid","mode=755"]}"#;
        let fit = fit(&shape(), &document(&format!("{other}{run}"), &spaces(""))).expect("it fits");
        assert_eq!(
            steps(&fit)[3..],
            [
                (Kind::Drop, "/dev/shm"),
                (Kind::PlaceFolder, "/dev/shm"),
                (Kind::PlaceFolder, "/run"),
            ]
        );
        let Source::Tmpfs {
            parameters,
            attributes,
        } = &fit.sources[0]
        else {
            panic!("{:?}", fit.sources[0]);
        };
        let wanted = [("source", "shm"), ("mode", "1777"), ("size", "1m")];
        assert_eq!(
            *parameters,
            wanted.map(|(key, value)| (key.to_owned(), value.to_owned()))
        );
        assert_eq!(*attributes, tree::NO_SUID | tree::NO_EXEC | tree::NO_DEV);
        assert!(!fit.cgroup_namespace);
    }

    #[test]
    fn a_mount_that_is_not_wanted_is_dropped() {
        let kept: Vec<_> = STANDARD
            .lines()
            .filter(|line| !line.contains("mqueue") && !line.trim().is_empty())
            .collect();
        let fit = fit(&shape(), &document(&kept.join("\n"), &spaces(""))).expect("it fits");
        assert_eq!(steps(&fit)[3..], [(Kind::Drop, "/dev/mqueue")]);
    }

    #[test]
    fn more_hidden_paths_are_hidden_and_fewer_do_not_fit() {
        let mut spec = document(STANDARD, &spaces(""));
        let mut linux = spec.linux().clone().expect("linux");
        linux.set_masked_paths(Some(vec![
            "/proc/kcore".to_owned(),
            "/proc/keys".to_owned(),
        ]));
        spec.set_linux(Some(linux.clone()));
        assert_eq!(
            fit(&shape(), &spec).expect("it fits").masked,
            ["/proc/keys"]
        );
        linux.set_masked_paths(None);
        spec.set_linux(Some(linux));
        assert!(fit(&shape(), &spec).is_none());
    }

    #[test]
    fn a_bind_is_placed_with_its_options() {
        let bind = r#",{"destination":"/data/","type":"bind","source":"/run/lcow/x","options":["rbind","rprivate","ro","nosuid"]}"#;
        let spec = document(&format!("{STANDARD}{bind}"), &spaces(""));
        let fit = fit(&shape(), &spec).expect("it fits");
        assert_eq!(
            fit.sources,
            [Source::Bind {
                path: "/run/lcow/x".to_owned(),
                whole: true,
                attributes: Attributes::set(tree::READ_ONLY | tree::NO_SUID),
            }]
        );
        assert_eq!(steps(&fit)[3..], [(Kind::PlaceFile, "/data")]);
    }

    #[test]
    fn what_only_libcontainer_makes_does_not_fit() {
        let mount = |text: &str| document(&format!("{STANDARD},{text}"), &spaces(""));
        let linux = |text: &str| document(STANDARD, &format!("{},{text}", spaces("")));
        let refused = [
            mount(
                r#"{"destination":"/x","type":"bind","source":"/run/lcow/x","options":["bind","shared"]}"#,
            ),
            mount(r#"{"destination":"/x","type":"tmpfs","source":"t","options":["tmpcopyup"]}"#),
            mount(
                r#"{"destination":"/x","type":"overlay","source":"o","options":["lowerdir=/a"]}"#,
            ),
            // It would lie over what was moved.
            mount(r#"{"destination":"/","type":"tmpfs","source":"t"}"#),
            // A cgroup tree without a namespace of its own.
            mount(r#"{"destination":"/sys/fs/cgroup","type":"cgroup","source":"cgroup"}"#),
            document(&STANDARD.replace("\"ro\"", "\"rw\""), &spaces("")),
            document(&STANDARD.replace("mode=755", "mode=700"), &spaces("")),
            document(STANDARD, &spaces(r#",{"type":"network"}"#)),
            document(STANDARD, &spaces(r#",{"type":"user"}"#)),
            document(
                STANDARD,
                &spaces("").replace(
                    r#"{"type":"ipc"}"#,
                    r#"{"type":"ipc","path":"/proc/1/ns/ipc"}"#,
                ),
            ),
            linux(r#""sysctl":{"kernel.msgmax":"1"}"#),
            linux(r#""devices":[{"path":"/dev/x","type":"c","major":1,"minor":3}]"#),
            linux(r#""rootfsPropagation":"shared""#),
        ];
        for (index, spec) in refused.iter().enumerate() {
            assert!(fit(&shape(), spec).is_none(), "{index}");
        }
        let mut hooked = document(STANDARD, &spaces(""));
        let hooks = r#"{"startContainer":[{"path":"/bin/hook"}]}"#;
        hooked.set_hooks(serde_json::from_str(hooks).expect("hooks"));
        assert!(fit(&shape(), &hooked).is_none());
    }

    #[test]
    fn a_spec_that_cannot_be_made_ahead_is_refused() {
        for linux in [
            spaces(r#",{"type":"user"}"#),
            r#""namespaces":[{"type":"mount"}]"#.into(),
        ] {
            let mut spec = document(STANDARD, &linux);
            assert!(placeholder(&mut spec, "x").is_err(), "{linux}");
        }
        let mut bare = document("", &spaces(""));
        assert!(placeholder(&mut bare, "x").is_err());
    }
}
