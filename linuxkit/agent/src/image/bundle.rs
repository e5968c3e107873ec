//! One bundle of the image: prepared, created as a container, given its links, started, and perhaps waited for.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tonic::Status;

use super::prepare;
use super::runtime::{Runtime, read_bounded};
use crate::agent::Agent;
use crate::bounds::{self, from_io, internal};
use crate::container::{self, Container, ImageContainer};

/// Of what a bundle that failed said, this much goes to the kernel's log.
const SAID_BYTES: u64 = 800;

/// Where a bundle's output is kept, as LinuxKit does.
fn logs(kind: &str, name: &str) -> [PathBuf; 2] {
    let (folder, stem) = match kind {
        "service" => ("/var/log".to_owned(), name.to_owned()),
        _ => (format!("/run/log/{kind}"), format!("{kind}.{name}")),
    };
    let error = if kind == "service" { ".err" } else { "" };
    [
        Path::new(&folder).join(format!("{stem}.out.log")),
        Path::new(&folder).join(format!("{stem}{error}.log")),
    ]
}

fn open_logs(kind: &str, paths: &[PathBuf; 2]) -> std::io::Result<[File; 2]> {
    if let Some(folder) = paths[0].parent() {
        std::fs::create_dir_all(folder)?;
    }
    if kind != "service" {
        let _ = std::os::unix::fs::symlink(format!("/run/log/{kind}"), format!("/var/log/{kind}"));
    }
    let open = |path: &PathBuf| {
        OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)
    };
    Ok([open(&paths[0])?, open(&paths[1])?])
}

/// Starts a bundle.
pub async fn start(
    agent: &Arc<Agent>,
    kind: &'static str,
    path: &Path,
) -> Result<Arc<Container>, Status> {
    let name = super::name(path);
    let id = format!("{kind}.{name}");
    bounds::id("name", &id)?;
    let read = {
        let (path, name) = (path.to_owned(), name.clone());
        move || {
            let runtime = Runtime::read(&path.join("runtime.json"))?;
            let spec = read_bounded(&path.join("config.json"))?;
            prepare::filesystem(&path, &runtime)?;
            let [out, err] = open_logs(kind, &logs(kind, &name))?;
            std::io::Result::Ok((runtime, spec, [OwnedFd::from(out), OwnedFd::from(err)]))
        }
    };
    let (runtime, spec, outputs) = tokio::task::spawn_blocking(read)
        .await
        .map_err(|error| internal("prepare the bundle", error))?
        .map_err(|error| from_io("prepare the bundle", &error))?;
    let rootfs = path.join("rootfs").to_string_lossy().into_owned();
    let image = ImageContainer {
        id: id.clone(),
        rootfs,
        spec,
        outputs,
    };
    let pid = container::create_of_image(agent, image).await? as i32;
    let started = async {
        tokio::task::spawn_blocking(move || prepare::process(pid, &runtime))
            .await
            .map_err(|error| internal("prepare the process", error))?
            .map_err(|error| from_io("prepare the process", &error))?;
        container::start(agent, &id).await?;
        agent.container(&id)
    };
    match started.await {
        Ok(container) => Ok(container),
        Err(status) => {
            let _ = container::delete(agent, &id, true).await;
            release(path).await;
            Err(status)
        }
    }
}

/// Runs a bundle to its end; gives its exit status. Its output goes to the console, and the last of it to the
/// kernel's log when it failed.
pub async fn run(agent: &Arc<Agent>, kind: &'static str, path: &Path) -> Result<u32, Status> {
    let container = start(agent, kind, path).await?;
    let code = container.init.wait_drained().await.code;
    // What it left running has no root any more.
    let folder = crate::spec::cgroup_folder(&container.id);
    let logs = logs(kind, &super::name(path));
    let id = container.id.clone();
    let _ = tokio::task::spawn_blocking(move || {
        let _ = crate::cgroup::kill(&folder);
        show(&logs);
        if code != 0 {
            tell(&id, &logs);
        }
    })
    .await;
    release(path).await;
    Ok(code)
}

/// Waits until a service is over, and tells it: it was not meant to end.
pub async fn follow(container: Arc<Container>, name: String) {
    let code = container.init.wait_drained().await.code;
    let _ = tokio::task::spawn_blocking(move || {
        crate::error!("image: service {name} ended with {code}");
        if code != 0 {
            tell(&container.id, &logs("service", &name));
        }
    })
    .await;
}

/// The last words of a bundle that failed.
fn tell(id: &str, logs: &[PathBuf; 2]) {
    for line in said(logs).lines() {
        crate::error!("image: {id}: {line}");
    }
}

async fn release(path: &Path) {
    let path = path.to_owned();
    let _ = tokio::task::spawn_blocking(move || prepare::release(&path)).await;
}

/// Writes what was said to the console, where there is one.
fn show(logs: &[PathBuf; 2]) {
    let console = OpenOptions::new()
        .write(true)
        .custom_flags(libc::O_NOCTTY | libc::O_NONBLOCK)
        .open("/dev/console");
    let Ok(mut console) = console else { return };
    for log in logs {
        if let Ok(mut log) = File::open(log) {
            let _ = std::io::copy(&mut log, &mut console);
        }
    }
    let _ = console.flush();
}

/// The last that was said, errors behind output.
fn said(logs: &[PathBuf; 2]) -> String {
    let mut text = String::new();
    for log in logs {
        let Ok(mut log) = File::open(log) else {
            continue;
        };
        let size = log.metadata().map_or(0, |data| data.len());
        let _ = log.seek(std::io::SeekFrom::Start(size.saturating_sub(SAID_BYTES)));
        let mut bytes = Vec::new();
        let _ = log.take(SAID_BYTES).read_to_end(&mut bytes);
        text.push_str(&String::from_utf8_lossy(&bytes));
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_kept_where_linuxkit_keeps_it() {
        let names = |kind, name| logs(kind, name).map(|path| path.to_string_lossy().into_owned());
        assert_eq!(
            names("service", "nginx"),
            ["/var/log/nginx.out.log", "/var/log/nginx.err.log"]
        );
        assert_eq!(
            names("onboot", "000-dhcpcd"),
            [
                "/run/log/onboot/onboot.000-dhcpcd.out.log",
                "/run/log/onboot/onboot.000-dhcpcd.log"
            ]
        );
    }

    #[test]
    fn the_last_words_of_both_streams_are_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = [folder.path().join("out"), folder.path().join("err")];
        std::fs::write(&paths[0], format!("{}\nlast", "x".repeat(5000))).expect("out");
        std::fs::write(&paths[1], "no route\n").expect("err");
        let text = said(&paths);
        assert!(text.ends_with("last\nno route\n"), "{text}");
        assert!(text.len() < 2 * SAID_BYTES as usize);
    }
}
