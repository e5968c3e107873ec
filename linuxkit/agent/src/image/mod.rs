//! What a general LinuxKit image runs by itself: the OCI bundles below /containers that LinuxKit's build lays out.
//!
//!   volumes/<name>/{lower,tmp,merged}      mounted first
//!   onboot/<NNN>-<name>/                   one after the other, each to its end
//!   services/<name>/                       started in the order of their names, and left running
//!   onshutdown/<NNN>-<name>/               one after the other, when the VM is to end
//!
//! A bundle is config.json, runtime.json and its root. As under LinuxKit's init, one that fails is told and the next
//! follows. They are containers as the host's are, in groups of their own and with ids of their own
//! (`onboot.000-dhcpcd`, `service.nginx`), but the host neither made them nor answers for them. An image without
//! /containers, as a utility VM's usually is, costs one look for it.

mod bundle;
pub mod inherit;
mod prepare;
pub mod runtime;
mod surroundings;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::agent::Agent;
use crate::{error, info, timeline};

const FOLDER: &str = "/containers";
/// How long the host's first greeting, with time and entropy, is waited for: an image may be booted by somebody else.
const GREETING: Duration = Duration::from_secs(10);
/// How long the adapters that the host announced are waited for.
const ADAPTERS: Duration = Duration::from_secs(30);
/// More bundles of a kind than any image has.
const MAX_BUNDLES: usize = 1000;

/// Whether the image runs something itself.
pub fn present() -> bool {
    Path::new(FOLDER).is_dir()
}

/// The name that the image gives itself; an image that runs nothing is called as the host says.
pub fn hostname() -> Option<String> {
    present().then(surroundings::hostname).flatten()
}

/// Runs what the image runs at boot, in the background.
pub fn begin(agent: &Arc<Agent>) {
    let agent = agent.clone();
    tokio::spawn(async move {
        let _ = tokio::time::timeout(GREETING, agent.greeted.notified()).await;
        let modules = agent.modules.clone();
        let prepared = tokio::task::spawn_blocking(move || {
            // So that no line of ours is lost among many.
            let _ = std::fs::write("/proc/sys/kernel/printk_devkmsg", "on");
            for group in ["net", "overlay", "ext4"] {
                modules.load(group);
            }
            surroundings::prepare();
            prepare::volumes(&Path::new(FOLDER).join("volumes"))
        });
        if let Ok(Err(error)) = prepared.await {
            error!("image: volumes: {error}");
        }
        let wanted = surroundings::adapters();
        let there = || (surroundings::adapters_found() >= wanted).then_some(());
        if agent.devices.wait_for(ADAPTERS, there).await.is_none() {
            error!("image: fewer than {wanted} adapters appeared");
        }
        let failed = run_each(&agent, "onboot").await + start_services(&agent).await;
        timeline::mark("image");
        info!("image: up, {failed} failed");
    });
}

/// Runs the image's last bundles, for at most `limit` in all.
pub async fn on_shutdown(agent: &Arc<Agent>, limit: Duration) {
    if !Path::new(FOLDER).join("onshutdown").is_dir() {
        return;
    }
    if tokio::time::timeout(limit, run_each(agent, "onshutdown"))
        .await
        .is_err()
    {
        error!(
            "image: onshutdown did not end within {} ms",
            limit.as_millis()
        );
    }
}

/// Bundles of a kind, in the order of their names.
fn bundles(kind: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(Path::new(FOLDER).join(kind))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        // One whose image stands elsewhere has its config all the same.
        .filter(|path| path.join("config.json").exists())
        .collect();
    found.sort();
    if found.len() > MAX_BUNDLES {
        error!(
            "image: {} of {kind}, the first {MAX_BUNDLES} are run",
            found.len()
        );
        found.truncate(MAX_BUNDLES);
    }
    found
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Runs one after the other; gives how many failed.
async fn run_each(agent: &Arc<Agent>, kind: &'static str) -> usize {
    let mut failed = 0;
    for path in bundles(kind) {
        let name = name(&path);
        let ended = bundle::run(agent, kind, &path).await;
        match &ended {
            Ok(0) => info!("image: {kind} {name} ended with 0"),
            Ok(code) => error!("image: {kind} {name} ended with {code}"),
            Err(status) => error!("image: {kind} {name} failed: {}", status.message()),
        }
        failed += usize::from(!matches!(ended, Ok(0)));
    }
    failed
}

async fn start_services(agent: &Arc<Agent>) -> usize {
    let mut failed = 0;
    for path in bundles("services") {
        let name = name(&path);
        match bundle::start(agent, "service", &path).await {
            Ok(container) => {
                info!(
                    "image: service {name} started, pid {}",
                    container.init.pid()
                );
                tokio::spawn(bundle::follow(container, name));
            }
            Err(status) => {
                error!("image: service {name} failed: {}", status.message());
                failed += 1;
            }
        }
    }
    failed
}
