//! The end of the VM: by the host's call, by a signal (Ctrl-Alt-Del, Hyper-V's shutdown service through
//! /proc/sys/kernel/poweroff_cmd) or by the ACPI power button, which evdev delivers.

use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::agent::Agent;
use crate::{boot, bounds, cgroup, error, image, spec};

/// The longest grace that a host may ask for.
pub const MAX_GRACE: Duration = Duration::from_secs(600);
/// The grace of a shutdown that no host asked for.
const OWN_GRACE: Duration = Duration::from_secs(10);

/// Late preparations: who powers off when the kernel is asked to do it in order.
pub fn prepare() {
    let _ = std::fs::write(
        "/proc/sys/kernel/poweroff_cmd",
        format!("{} poweroff", boot::executable()),
    );
    // SAFETY: reboot(2) with a command that only changes what Ctrl-Alt-Del does: SIGINT to us.
    unsafe { libc::reboot(libc::RB_DISABLE_CAD) };
}

/// What of the grace is kept for containers, however long the image takes for its own end.
const CONTAINERS_GRACE: Duration = Duration::from_secs(1);

/// Runs what the image runs at its end, ends containers, unmounts and powers off. Without a grace nothing is run.
pub async fn power_off(agent: Arc<Agent>, grace: Duration) {
    let begun = tokio::time::Instant::now();
    if !grace.is_zero() {
        image::on_shutdown(&agent, grace).await;
    }
    let left = grace.saturating_sub(begun.elapsed());
    end_containers(&agent, left.max(grace.min(CONTAINERS_GRACE))).await;
    let finish = tokio::task::spawn_blocking(move || {
        agent.storage.unmount_all();
        // A machine without ACPI cannot be powered off, only reset, which ends a VM as well.
        let how = if std::path::Path::new("/sys/firmware/acpi").exists() {
            libc::RB_POWER_OFF
        } else {
            libc::RB_AUTOBOOT
        };
        // SAFETY: sync(2) and reboot(2) take no pointers.
        unsafe {
            libc::sync();
            libc::reboot(how);
        }
    });
    let _ = finish.await;
}

async fn end_containers(agent: &Arc<Agent>, grace: Duration) {
    let containers = agent.all_containers();
    if !grace.is_zero() {
        for container in &containers {
            if container.init.reaped().is_none() && container.init.pid() > 0 {
                // SAFETY: a signal to our own unreaped child.
                unsafe { libc::kill(container.init.pid(), libc::SIGTERM) };
            }
        }
        let all = async {
            for container in &containers {
                container.init.wait_drained().await;
            }
        };
        let _ = tokio::time::timeout(grace, all).await;
    }
    let ids: Vec<String> = containers.iter().map(|c| c.id.clone()).collect();
    let _ = tokio::task::spawn_blocking(move || {
        for id in ids {
            if let Err(error) = cgroup::kill(&spec::cgroup_folder(&id)) {
                error!("cannot end container {id}: {error}");
            }
        }
    })
    .await;
}

/// A signal or a button asked for it.
pub fn requested(agent: &Arc<Agent>, by: &str) {
    error!("{by} asks for shutdown");
    tokio::spawn(power_off(agent.clone(), OWN_GRACE));
}

/// Watches the power buttons as their devices appear.
pub fn watch_button(agent: Arc<Agent>) {
    tokio::spawn(async move {
        let mut seen: Vec<String> = Vec::new();
        loop {
            let found = agent
                .devices
                .wait_for(Duration::from_secs(3600), || power_button(&seen))
                .await;
            if let Some(device) = found {
                if let Err(error) = watch(&agent, &device) {
                    error!("cannot watch {device}: {error}");
                }
                seen.push(device);
            }
        }
    });
}

fn power_button(seen: &[String]) -> Option<String> {
    for entry in std::fs::read_dir("/sys/class/input").ok()?.flatten() {
        let name = entry.file_name().into_string().ok()?;
        let device = format!("/dev/input/{name}");
        if !name.starts_with("event") || seen.contains(&device) {
            continue;
        }
        let title = std::fs::read_to_string(entry.path().join("device/name")).unwrap_or_default();
        if title.trim() == "Power Button" && std::path::Path::new(&device).exists() {
            return Some(device);
        }
    }
    None
}

fn watch(agent: &Arc<Agent>, device: &str) -> std::io::Result<()> {
    const EV_KEY: u16 = 1;
    const KEY_POWER: u16 = 116;
    let file = std::fs::OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(device)?;
    let file = crate::readiness::of(file, Interest::READABLE)?;
    let agent = agent.clone();
    tokio::spawn(async move {
        let mut buffer = [0u8; 24 * 16];
        while let Ok(length) = file
            .async_io(Interest::READABLE, |mut file| file.read(&mut buffer))
            .await
        {
            for event in buffer[..length].chunks_exact(24) {
                let kind = u16::from_ne_bytes([event[16], event[17]]);
                let code = u16::from_ne_bytes([event[18], event[19]]);
                let value = i32::from_ne_bytes([event[20], event[21], event[22], event[23]]);
                if (kind, code, value) == (EV_KEY, KEY_POWER, 1) {
                    requested(&agent, "the power button");
                }
            }
        }
    });
    Ok(())
}

/// Signals of PID 1 as a descriptor: children, and who asks for the end.
pub struct Signals {
    fd: AsyncFd<std::os::fd::OwnedFd>,
}

impl Signals {
    /// Blocks the signals in the calling thread and in every thread it starts later.
    pub fn block() -> std::io::Result<Self> {
        use std::os::fd::FromRawFd;
        // SAFETY: the set is initialised before it is used; the descriptor is checked before it is owned.
        unsafe {
            let mut set: libc::sigset_t = std::mem::zeroed();
            libc::sigemptyset(&mut set);
            for signal in [
                libc::SIGCHLD,
                libc::SIGINT,
                libc::SIGTERM,
                libc::SIGPWR,
                libc::SIGUSR2,
            ] {
                libc::sigaddset(&mut set, signal);
            }
            libc::pthread_sigmask(libc::SIG_BLOCK, &set, std::ptr::null_mut());
            let fd = libc::signalfd(-1, &set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK);
            if fd < 0 {
                return Err(std::io::Error::last_os_error());
            }
            let fd = std::os::fd::OwnedFd::from_raw_fd(fd);
            Ok(Self {
                fd: crate::readiness::of(fd, Interest::READABLE)?,
            })
        }
    }

    /// Waits for the next batch of signals.
    pub async fn next(&self) -> std::io::Result<Vec<i32>> {
        self.fd
            .async_io(Interest::READABLE, |fd| {
                let mut buffer = [0u8; 128 * 8];
                // SAFETY: the buffer is valid for its length.
                let length =
                    unsafe { libc::read(fd.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len()) };
                if length < 0 {
                    return Err(std::io::Error::last_os_error());
                }
                Ok(buffer[..length as usize]
                    .chunks_exact(128)
                    .map(|info| i32::from_ne_bytes([info[0], info[1], info[2], info[3]]))
                    .collect())
            })
            .await
    }
}

/// The whole grace that a host may ask for.
pub fn grace(milliseconds: u32) -> Result<Duration, tonic::Status> {
    bounds::at_most(
        "grace_ms",
        milliseconds.into(),
        MAX_GRACE.as_millis() as u64,
    )?;
    Ok(Duration::from_millis(milliseconds.into()))
}
