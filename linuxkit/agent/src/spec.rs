//! What the guest changes in an OCI spec before it is run: root, cgroup, users by name, terminal, the files
//! that name hosts. What the host must decide (capabilities, mounts, limits) is left as it came.

use std::fs::File;
use std::path::PathBuf;

use oci_spec::runtime::{
    Hook, Hooks, LinuxNamespaceType, Mount, MountBuilder, Process, RootBuilder, Spec,
};
use tonic::Status;

use crate::boot;
use crate::bounds::{self, invalid};
use crate::cgroup;
use crate::lookup;
use crate::proto::Stdio;
use crate::user::Database;

/// Whose container it is: one of the image itself may name whatever the VM has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Host,
    Image,
}

/// The cgroup of container `id`, below the mount.
pub fn cgroup(id: &str) -> String {
    cgroup::path(&cgroup::group_of(id))
}

/// The cgroup of container `id` as a folder.
pub fn cgroup_folder(id: &str) -> String {
    cgroup::folder(&cgroup::group_of(id))
}

/// Parses a spec and refuses by name what nothing here honours.
pub fn parse(bytes: &[u8]) -> Result<Spec, Status> {
    if bytes.len() > bounds::MAX_JSON {
        return Err(invalid(
            "spec",
            format!("{} bytes, at most {}", bytes.len(), bounds::MAX_JSON),
        ));
    }
    let spec: Spec = serde_json::from_slice(bytes).map_err(|error| invalid("spec", error))?;
    let Some(linux) = spec.linux() else {
        return Err(invalid("spec.linux", "missing"));
    };
    let resources = linux.resources().as_ref();
    let unknown = [
        ("spec.linux.intelRdt", linux.intel_rdt().is_some()),
        (
            "spec.linux.mountLabel",
            linux
                .mount_label()
                .as_ref()
                .is_some_and(|label| !label.is_empty()),
        ),
        (
            "spec.linux.resources.rdma",
            resources.is_some_and(|r| r.rdma().as_ref().is_some_and(|rdma| !rdma.is_empty())),
        ),
        (
            "spec.linux.resources.network",
            resources.is_some_and(|r| {
                r.network().as_ref().is_some_and(|network| {
                    network.class_id().unwrap_or(0) != 0
                        || network.priorities().as_ref().is_some_and(|p| !p.is_empty())
                })
            }),
        ),
    ];
    for (field, set) in unknown {
        if set {
            return Err(invalid(field, "set, but not supported in this VM"));
        }
    }
    Ok(spec)
}

/// What engines set by themselves where their host has AppArmor.
const ENGINES_PROFILES: [&str; 5] = [
    "unconfined",
    "docker-default",
    "cri-containerd.apparmor.d",
    "nerdctl-default",
    "buildkit-default",
];

/// Refuses what is not of a Linux container in this VM: the host has run its own hooks and left them out.
fn refuse_foreign(spec: &Spec) -> Result<(), Status> {
    let hooks = spec.hooks().as_ref();
    let some = |list: Option<&Option<Vec<Hook>>>| {
        list.is_some_and(|list| list.as_ref().is_some_and(|list| !list.is_empty()))
    };
    #[allow(deprecated)]
    let foreign = [
        ("spec.hooks.prestart", some(hooks.map(Hooks::prestart))),
        (
            "spec.hooks.createRuntime",
            some(hooks.map(Hooks::create_runtime)),
        ),
        (
            "spec.hooks.createContainer",
            some(hooks.map(Hooks::create_container)),
        ),
        ("spec.hooks.poststart", some(hooks.map(Hooks::poststart))),
        ("spec.hooks.poststop", some(hooks.map(Hooks::poststop))),
        ("spec.windows", spec.windows().is_some()),
        ("spec.solaris", spec.solaris().is_some()),
        ("spec.zos", spec.zos().is_some()),
        ("spec.vm", spec.vm().is_some()),
    ];
    match foreign.into_iter().find(|(_, set)| *set) {
        Some((field, _)) => Err(invalid(field, "set, but it is not for the guest")),
        None => Ok(()),
    }
}

/// Edits the spec of container `id`, whose root is `rootfs` (open as `root`). `extra` are mounts that the agent adds
/// behind the spec's own.
pub fn edit(
    spec: &mut Spec,
    id: &str,
    rootfs: &str,
    root: &File,
    stdio: &Stdio,
    extra: Vec<Mount>,
    origin: Origin,
) -> Result<(), Status> {
    let read_only = spec
        .root()
        .as_ref()
        .and_then(|r| r.readonly())
        .unwrap_or(false);
    let new_root = RootBuilder::default()
        .path(rootfs)
        .readonly(read_only)
        .build()
        .map_err(|error| invalid("spec.root", error))?;
    spec.set_root(Some(new_root));
    refuse_foreign(spec)?;

    let mut process = spec
        .process()
        .clone()
        .ok_or_else(|| invalid("spec.process", "missing"))?;
    let opened = || {
        root.try_clone()
            .map_err(|error| bounds::from_io("open the container's root", &error))
    };
    edit_process(&mut process, opened, stdio, "spec.process")?;
    let cwd = process.cwd().to_string_lossy().into_owned();
    if cwd != "/" {
        // As runc: also of a root that is to be read-only. On one that is, it is missing, and told by the start.
        match make_folder(root, &cwd) {
            Err(error) if error.raw_os_error() == Some(libc::EROFS) => {}
            made => made.map_err(|error| invalid("spec.process.cwd", error))?,
        }
    }
    spec.set_process(Some(process));

    let mut linux = spec
        .linux()
        .clone()
        .ok_or_else(|| invalid("spec.linux", "missing"))?;
    let namespaces = linux.namespaces().clone().unwrap_or_default();
    if !namespaces
        .iter()
        .any(|n| n.typ() == LinuxNamespaceType::Mount)
    {
        return Err(invalid("spec.linux.namespaces", "no mount namespace"));
    }
    for namespace in &namespaces {
        if let Some(path) = namespace.path() {
            let path = path.to_string_lossy();
            let known = path.starts_with("/proc/") || path.starts_with("/run/lcow/");
            if origin == Origin::Host && !known {
                return Err(invalid(
                    "spec.linux.namespaces",
                    format!("path {path:?} is not a namespace of this VM"),
                ));
            }
        }
    }
    linux.set_cgroups_path(Some(PathBuf::from(cgroup(id))));
    spec.set_linux(Some(linux));

    let mut mounts = spec.mounts().clone().unwrap_or_default();
    bounds::count("spec.mounts", mounts.len() + extra.len(), 1024)?;
    if origin == Origin::Host {
        for (index, mount) in mounts.iter_mut().enumerate() {
            bind_source(index, mount)?;
        }
    }
    for mount in extra {
        if !mounts
            .iter()
            .any(|m| m.destination() == mount.destination())
        {
            mounts.push(mount);
        }
    }
    spec.set_mounts(Some(mounts));
    Ok(())
}

/// A bind mount's source as a path of the VM: the agent itself or something in its own tree, both named by `uvm://`.
/// Whatever else a spec may name is a path of the host, which says `mounts` for its shares and disks.
fn bind_source(index: usize, mount: &mut Mount) -> Result<(), Status> {
    let bound = mount.typ().as_deref() == Some("bind")
        || mount
            .options()
            .iter()
            .flatten()
            .any(|option| matches!(option.as_str(), "bind" | "rbind"));
    if !bound {
        return Ok(());
    }
    let field = format!("spec.mounts[{index}].source");
    let source = mount.source().clone().unwrap_or_default();
    let source = source.to_string_lossy();
    let Some(path) = source.strip_prefix("uvm://") else {
        return Err(invalid(
            &field,
            format!("{source:?} is not a path of the VM (uvm:///init, uvm:///run/lcow/...)"),
        ));
    };
    if path == "/init" {
        mount.set_source(Some(PathBuf::from(boot::executable())));
        return Ok(());
    }
    bounds::run_path(&field, path)?;
    // A link in what a container wrote must not lead to other files of the VM.
    let real = std::fs::canonicalize(path).unwrap_or_default();
    if real != std::path::Path::new(path) {
        return Err(invalid(
            &field,
            format!("{source:?} is missing or leads elsewhere"),
        ));
    }
    mount.set_source(Some(PathBuf::from(path)));
    Ok(())
}

/// Edits a process object: its user by name, HOME, terminal. The root is opened where its user database is needed.
pub fn edit_process(
    process: &mut Process,
    root: impl FnOnce() -> Result<File, Status>,
    stdio: &Stdio,
    field: &str,
) -> Result<(), Status> {
    bounds::count(
        &format!("{field}.args"),
        process.args().as_ref().map_or(0, Vec::len),
        32768,
    )?;
    if !process.cwd().is_absolute() {
        return Err(invalid(
            &format!("{field}.cwd"),
            format!("{:?} is not absolute", process.cwd()),
        ));
    }
    let profile = process.apparmor_profile().clone().unwrap_or_default();
    if !profile.is_empty() {
        if !ENGINES_PROFILES.contains(&profile.as_str())
            && !profile.starts_with("containers-default-")
        {
            return Err(invalid(
                &format!("{field}.apparmorProfile"),
                "set, but not supported in this VM",
            ));
        }
        // It guards the host's kernel, which is not this one.
        crate::warning!(
            "{field}.apparmorProfile {profile:?} is not applied: the VM has no AppArmor"
        );
        process.set_apparmor_profile(None);
    }
    let unknown = [
        (
            "selinuxLabel",
            process
                .selinux_label()
                .as_ref()
                .is_some_and(|name| !name.is_empty()),
        ),
        ("scheduler", process.scheduler().is_some()),
        ("ioPriority", process.io_priority().is_some()),
        ("execCPUAffinity", process.exec_cpu_affinity().is_some()),
    ];
    for (name, set) in unknown {
        if set {
            return Err(invalid(
                &format!("{field}.{name}"),
                "set, but not supported in this VM",
            ));
        }
    }
    let score = process.oom_score_adj().unwrap_or(0);
    if !(-1000..=1000).contains(&score) {
        return Err(invalid(
            &format!("{field}.oomScoreAdj"),
            format!("{score}, -1000..1000"),
        ));
    }
    let mut env = process.env().clone().unwrap_or_default();
    let has_home = env.iter().any(|entry| entry.starts_with("HOME="));
    let mut user = process.user().clone();
    let name = user.username().clone().filter(|name| !name.is_empty());
    if name.is_some() || !has_home {
        // Groups belong to names alone.
        let database = Database::read(&root()?, name.is_some());
        let mut home = None;
        if let Some(name) = name {
            let resolved = database
                .resolve(&name)
                .map_err(|why| invalid(&format!("{field}.user.username"), why))?;
            user.set_uid(resolved.uid);
            user.set_gid(resolved.gid);
            let mut groups = user.additional_gids().clone().unwrap_or_default();
            groups.extend(resolved.groups);
            groups.sort_unstable();
            groups.dedup();
            user.set_additional_gids(Some(groups));
            user.set_username(None);
            home = Some(resolved.home);
        }
        if !has_home {
            let home = home.unwrap_or_else(|| database.home(user.uid()));
            env.push(format!("HOME={home}"));
        }
        process.set_user(user);
        process.set_env(Some(env));
    }
    process.set_terminal(Some(stdio.terminal));
    Ok(())
}

/// A bind mount of a file or folder of the VM.
pub fn bind(source: &str, destination: &str, read_only: bool) -> Result<Mount, Status> {
    let mut options = vec!["rbind".to_owned(), "rprivate".to_owned()];
    if read_only {
        options.push("ro".to_owned());
    }
    MountBuilder::default()
        .source(source)
        .destination(destination)
        .typ("bind")
        .options(options)
        .build()
        .map_err(|error| invalid("mounts", error))
}

/// Makes a folder and its parents inside `root`, as runc does for a working folder.
fn make_folder(root: &File, path: &str) -> std::io::Result<()> {
    if lookup::open_in_root(root, path, libc::O_PATH | libc::O_DIRECTORY).is_ok() {
        return Ok(());
    }
    let mut parent = lookup::open_in_root(root, "/", libc::O_PATH | libc::O_DIRECTORY)?;
    let mut walked = String::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        if part == ".." || part == "." {
            return Err(std::io::Error::other(format!("{path:?} is not plain")));
        }
        walked.push('/');
        walked.push_str(part);
        parent = match lookup::open_in_root(root, &walked, libc::O_PATH | libc::O_DIRECTORY) {
            Ok(found) => found,
            Err(error) if error.raw_os_error() == Some(libc::ENOENT) => {
                nix::sys::stat::mkdirat(
                    Some(std::os::fd::AsRawFd::as_raw_fd(&parent)),
                    part,
                    nix::sys::stat::Mode::from_bits_truncate(0o755),
                )?;
                lookup::open_in_root(root, &walked, libc::O_PATH | libc::O_DIRECTORY)?
            }
            Err(error) => return Err(error),
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> (tempfile::TempDir, File) {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("etc")).expect("etc");
        std::fs::write(
            folder.path().join("etc/passwd"),
            "root:x:0:0::/root:\nann:x:7:8::/home/ann:\n",
        )
        .expect("passwd");
        let file = File::open(folder.path()).expect("root");
        (folder, file)
    }

    fn document(process: &str, rest: &str) -> Vec<u8> {
        format!(
            r#"{{"ociVersion":"1.2.0","root":{{"path":"ignored","readonly":false}},"process":{process},
                "hooks":{{"startContainer":[{{"path":"/bin/hook"}}]}},"linux":{{"namespaces":[{{"type":"mount"}},{{"type":"pid"}}]{rest}}}}}"#
        )
        .into_bytes()
    }

    #[test]
    fn root_cgroup_user_home_and_working_folder_are_set_and_hooks_of_the_guest_kept() {
        let (folder, root) = root();
        let bytes = document(
            r#"{"cwd":"/srv/app","args":["sh"],"env":["A=1"],"user":{"uid":0,"gid":0,"username":"ann"}}"#,
            "",
        );
        let stdio = Stdio {
            terminal: true,
            ..Stdio::default()
        };
        let mut spec = parse(&bytes).expect("a spec");
        let rootfs = "/run/lcow/c/box/rootfs";
        edit(
            &mut spec,
            "box",
            rootfs,
            &root,
            &stdio,
            vec![],
            Origin::Host,
        )
        .expect("edited");
        let process = spec.process().clone().expect("process");
        assert_eq!((process.user().uid(), process.user().gid()), (7, 8));
        assert_eq!(
            process.env().clone().expect("env"),
            ["A=1", "HOME=/home/ann"]
        );
        assert_eq!(process.terminal(), Some(true));
        assert!(
            spec.hooks()
                .as_ref()
                .is_some_and(|hooks| hooks.start_container().is_some())
        );
        let linux = spec.linux().clone().expect("linux");
        assert_eq!(
            linux.cgroups_path().clone().expect("path"),
            PathBuf::from("/lcow/box")
        );
        assert!(folder.path().join("srv/app").is_dir());
    }

    #[test]
    fn a_spec_without_mount_namespace_or_with_an_unknown_user_is_refused() {
        let (_folder, root) = root();
        let stdio = Stdio::default();
        let refused = |bytes: &[u8]| {
            parse(bytes)
                .and_then(|mut spec| {
                    edit(&mut spec, "box", "/r", &root, &stdio, vec![], Origin::Host)
                })
                .expect_err("refused")
                .message()
                .to_owned()
        };
        let bytes =
            br#"{"ociVersion":"1.2.0","process":{"cwd":"/","user":{"uid":0,"gid":0}},"linux":{}}"#;
        assert!(refused(bytes).contains("namespaces"));
        let bytes = document(
            r#"{"cwd":"/","user":{"uid":0,"gid":0,"username":"bob"}}"#,
            "",
        );
        assert!(refused(&bytes).contains("bob"));
        let bytes = document(r#"{"cwd":"rel","user":{"uid":0,"gid":0}}"#, "");
        assert!(refused(&bytes).contains("cwd"));
        assert!(refused(b"{").starts_with("spec:"));
        let process = r#"{"cwd":"/","user":{"uid":0,"gid":0}}"#;
        let bytes = document(process, r#","intelRdt":{"closID":"x"}"#);
        assert!(refused(&bytes).contains("intelRdt"));
        let bytes = document(
            r#"{"cwd":"/","user":{"uid":0,"gid":0},"apparmorProfile":"my-own"}"#,
            "",
        );
        assert!(refused(&bytes).contains("process.apparmorProfile"));
    }

    #[test]
    fn a_bind_mount_names_files_of_the_vm_or_is_refused() {
        let source = |source: &str| {
            let mut mount = bind(source, "/x", true).expect("a mount");
            bind_source(3, &mut mount).map(|()| mount.source().clone().unwrap_or_default())
        };
        assert_eq!(source("uvm:///init").expect("init"), PathBuf::from("/init"));
        for bad in [
            "/etc/passwd",
            "uvm:///etc/passwd",
            "uvm:///run/lcow/../../etc",
            "uvm:///run/lcow/absent",
            "uvm://init",
        ] {
            let error = source(bad).expect_err(bad);
            assert!(
                error.message().starts_with("spec.mounts[3].source"),
                "{}",
                error.message()
            );
        }
    }
}
