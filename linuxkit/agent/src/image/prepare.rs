//! What a bundle needs before its container is made (mounts, folders, groups) and between its making and its start
//! (links, namespaces kept by name); and the volumes of the image. In LinuxKit's order.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::runtime::{Mount, Runtime, options};
use crate::network::interface;
use crate::storage;

/// An error with what was being done.
fn failed(what: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot {what}: {error}"))
}

/// Makes mounts, then folders, so that a folder can be made on a mount; then groups. A bundle whose runtime.json
/// mounts no root has it mounted by what is there: `lower` and `tmp` of a writable one, else `rootfs` on itself.
pub fn filesystem(bundle: &Path, runtime: &Runtime) -> io::Result<()> {
    let rootfs = bundle.join("rootfs");
    let absolute = |path: &str| rootfs.join(path);
    if !runtime
        .mounts
        .iter()
        .any(|mount| absolute(&mount.destination) == rootfs)
    {
        root(bundle, &rootfs)?;
    }
    for entry in &runtime.mounts {
        mount(&absolute(&entry.destination), entry)?;
    }
    for path in &runtime.mkdir {
        make_folder(&absolute(path))?;
    }
    for group in &runtime.cgroups {
        let folder = format!("{}/{}", crate::cgroup::ROOT, group.trim_matches('/'));
        make_folder(Path::new(&folder))?;
    }
    Ok(())
}

fn make_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path).map_err(|error| failed(&format!("make {}", path.display()), &error))
}

fn root(bundle: &Path, rootfs: &Path) -> io::Result<()> {
    if bundle.join("lower").is_dir() {
        return overlay(&bundle.join("lower"), &bundle.join("tmp"), rootfs);
    }
    mount(
        rootfs,
        &Mount {
            source: text(rootfs),
            options: vec!["bind".to_owned()],
            ..Mount::default()
        },
    )
}

/// A writable view of `lower` whose changes are in memory.
fn overlay(lower: &Path, tmp: &Path, merged: &Path) -> io::Result<()> {
    mount(
        tmp,
        &Mount {
            source: "tmpfs".to_owned(),
            kind: "tmpfs".to_owned(),
            options: vec!["private".to_owned()],
            ..Mount::default()
        },
    )?;
    let option = |name: &str, path: PathBuf| format!("{name}={}", path.display());
    mount(
        merged,
        &Mount {
            source: "overlay".to_owned(),
            kind: "overlay".to_owned(),
            options: vec![
                option("lowerdir", lower.to_owned()),
                option("upperdir", tmp.join("upper")),
                option("workdir", tmp.join("work")),
            ],
            ..Mount::default()
        },
    )
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn mount(target: &Path, entry: &Mount) -> io::Result<()> {
    make_folder(target)?;
    for option in &entry.options {
        if let Some(("upperdir" | "workdir", folder)) = option.split_once('=') {
            make_folder(Path::new(folder))?;
        }
    }
    let parsed = options(&entry.options);
    let target = text(target);
    let make = |source: &str, kind: &str, flags, data: &str| {
        storage::mount(source, &target, kind, flags, data)
            .map_err(|error| failed(&format!("mount {source:?} at {target}"), &error))
    };
    // With nothing but words on propagation there is nothing to mount; `remount` beside them says just that.
    let only = parsed.propagation != 0 && entry.kind.is_empty() && entry.source.is_empty();
    if !only {
        make(&entry.source, &entry.kind, parsed.flags, &parsed.data)?;
    }
    // The kernel binds with the source's flags whatever it is told.
    let bind = libc::MS_BIND | libc::MS_REC;
    if parsed.flags & libc::MS_BIND != 0 && parsed.flags & !bind != 0 {
        let flags = parsed.flags & !libc::MS_REC | libc::MS_REMOUNT;
        make("", "", flags, "")?;
    }
    if parsed.propagation != 0 {
        make("", "", parsed.propagation, "")?;
    }
    Ok(())
}

/// Between creation and start: links, and namespaces kept by name.
pub fn process(pid: i32, runtime: &Runtime) -> io::Result<()> {
    for link in &runtime.interfaces {
        interface::give(pid, link)
            .map_err(|error| failed(&format!("give it the link {:?}", link.name), &error))?;
    }
    for (name, path) in runtime.bind_ns.kept() {
        let what = format!("keep its {name} namespace at {path}");
        let place = Path::new(path);
        place
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::File::create(place).map(drop))
            .and_then(|()| {
                storage::mount(
                    &format!("/proc/{pid}/ns/{name}"),
                    path,
                    "",
                    libc::MS_BIND,
                    "",
                )
            })
            .map_err(|error| failed(&what, &error))?;
    }
    Ok(())
}

/// The root of a bundle whose container is over. Best effort: what is still used stays.
pub fn release(bundle: &Path) {
    for name in ["rootfs", "tmp"] {
        let path = std::ffi::CString::new(text(&bundle.join(name))).unwrap_or_default();
        // SAFETY: a NUL-terminated string that outlives the call.
        unsafe { libc::umount2(path.as_ptr(), libc::UMOUNT_NOFOLLOW) };
    }
}

/// The image's volumes: `lower` shows in `merged`, writable where the volume has `tmp`.
pub fn volumes(folder: &Path) -> io::Result<()> {
    let mut names: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(_) => return Ok(()),
    };
    names.sort();
    for volume in names {
        let (lower, merged, tmp) = (
            volume.join("lower"),
            volume.join("merged"),
            volume.join("tmp"),
        );
        for part in [&lower, &merged] {
            if !part.is_dir() {
                return Err(io::Error::other(format!("no folder {}", part.display())));
            }
        }
        if tmp.is_dir() {
            overlay(&lower, &tmp, &merged)?;
        } else {
            mount(
                &merged,
                &Mount {
                    source: text(&lower),
                    options: vec!["rbind".to_owned(), "ro".to_owned()],
                    ..Mount::default()
                },
            )?;
        }
    }
    Ok(())
}
