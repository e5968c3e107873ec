//! The agent's state: who it serves, what it runs. One value, shared by all services.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tonic::Status;

use crate::boot::Platform;
use crate::bounds;
use crate::container::{Container, Standby};
use crate::events::Events;
use crate::link::preamble::Secret;
use crate::modules::Modules;
use crate::process::Process;
use crate::proto::{ExitStatus, ProcessExited, ProcessRef, event};
use crate::storage::Storage;
use crate::timeline;
use crate::uevent::Devices;
use crate::zygote::Control;
use crate::{cgroup, debug, oom, shutdown, spawn};

/// Containers in one VM, and processes of the VM itself.
pub const MAX_CONTAINERS: usize = 1024;

pub struct Agent {
    pub platform: Platform,
    pub modules: Arc<Modules>,
    pub devices: Devices,
    pub zygote: Control,
    pub events: Events,
    pub storage: Arc<Storage>,
    pub oom: oom::Watch,
    secret: Mutex<Option<Secret>>,
    /// Told once a host has greeted.
    pub greeted: Notify,
    linked: AtomicBool,
    pub containers: Mutex<HashMap<String, Slot>>,
    /// Containers made ahead, which wait for one that they fit.
    pub standbys: Mutex<Vec<Standby>>,
    /// Processes of the VM itself, by exec id.
    pub vm_processes: Mutex<HashMap<String, Arc<Process>>>,
    /// Who is to be told of which pid's exit.
    pids: Mutex<Pids>,
    pub exec_servers: spawn::Idle,
    /// Bumped whenever a process became known.
    known: watch::Sender<u64>,
}

#[derive(Default)]
struct Pids {
    known: HashMap<i32, Arc<Process>>,
    /// How many starts are under way, and what exited meanwhile without being known: it may be one of theirs.
    spawning: usize,
    early: HashMap<i32, i32>,
}

/// A start under way.
pub struct Spawning<'a>(&'a Agent);

impl Drop for Spawning<'_> {
    fn drop(&mut self) {
        let mut pids = lock(&self.0.pids);
        pids.spawning -= 1;
        if pids.spawning == 0 {
            pids.early = HashMap::new();
        }
    }
}

/// A container's name is taken from the moment its creation begins.
pub enum Slot {
    Creating,
    Ready(Arc<Container>),
}

/// Locks, whatever happened to the last holder: every update leaves the map whole.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}

/// Gives this thread the processor only when no other wants it.
fn run_when_idle() {
    // SAFETY: an all-zero sched_param is valid for SCHED_IDLE and outlives the call.
    unsafe {
        let parameters: libc::sched_param = std::mem::zeroed();
        libc::sched_setscheduler(0, libc::SCHED_IDLE, &raw const parameters);
    }
}

impl Agent {
    pub fn new(
        platform: Platform,
        modules: Arc<Modules>,
        devices: Devices,
        mut zygote: Control,
    ) -> std::io::Result<Arc<Self>> {
        let exec_servers = spawn::Idle::new(std::mem::take(&mut zygote.servers))?;
        Ok(Arc::new(Self {
            exec_servers,
            platform,
            storage: Arc::new(Storage::new(platform, modules.clone(), devices.clone())),
            modules,
            devices,
            zygote,
            events: Events::default(),
            oom: oom::Watch::new()?,
            secret: Mutex::new(None),
            greeted: Notify::new(),
            linked: AtomicBool::new(false),
            containers: Mutex::default(),
            standbys: Mutex::default(),
            vm_processes: Mutex::default(),
            pids: Mutex::default(),
            known: watch::Sender::new(0),
        }))
    }

    /// The VM's secret, once `Hello` gave it.
    pub fn secret(&self) -> Option<Secret> {
        *lock(&self.secret)
    }

    /// Sets the secret that later connections must prove.
    pub fn set_secret(&self, secret: Secret) {
        *lock(&self.secret) = Some(secret);
        self.greeted.notify_one();
    }

    /// The first link is up: what could wait is done now, in the background.
    pub fn linked(self: &Arc<Self>) {
        if self.linked.swap(true, Ordering::AcqRel) {
            return;
        }
        let modules = self.modules.clone();
        let other = self.platform.other();
        let agent = self.clone();
        let spawned = std::thread::Builder::new()
            .name("lcow-late".to_owned())
            .stack_size(128 * 1024)
            .spawn(move || {
                cgroup::prepare(agent.zygote.pid);
                // What nearly every container needs first; the rest when the processor has nothing else to do.
                for group in ["scsi", "ext4", "overlay"] {
                    modules.load(group);
                }
                run_when_idle();
                modules.load_rest(other);
                timeline::mark("late");
                shutdown::prepare();
            });
        if let Err(error) = spawned {
            crate::error!("cannot start the late loader: {error}");
        }
        shutdown::watch_button(self.clone());
    }

    /// Exits that nobody claims are kept while the result lives: a process may be reaped before its pid is known.
    pub fn spawning(&self) -> Spawning<'_> {
        lock(&self.pids).spawning += 1;
        Spawning(self)
    }

    /// Notes whose exit that of `pid` is, and tells it when it was here first.
    pub fn register(self: &Arc<Self>, pid: i32, process: &Arc<Process>) {
        let early = {
            let mut pids = lock(&self.pids);
            let early = pids.early.remove(&pid);
            if early.is_none() {
                pids.known.insert(pid, process.clone());
            }
            early
        };
        if let Some(status) = early {
            self.exited(process, status);
        }
    }

    /// Somebody may be waiting for a process to become known.
    pub fn announce(&self) {
        self.known.send_modify(|count| *count += 1);
    }

    /// Reaps every child that has exited.
    pub fn reap(self: &Arc<Self>) {
        loop {
            let mut status = 0;
            // SAFETY: `status` is writable; the call does not wait.
            let pid = unsafe { libc::waitpid(-1, &mut status, libc::WNOHANG) };
            if pid <= 0 {
                return;
            }
            if pid == self.zygote.pid {
                crate::error!("the zygote died; no further process can be started");
            }
            let process = {
                let mut pids = lock(&self.pids);
                let process = pids.known.remove(&pid);
                if process.is_none() && pids.spawning > 0 {
                    pids.early.insert(pid, status);
                }
                process
            };
            debug!(
                "pid {pid} exited with {status:#x}, known: {}",
                process.is_some()
            );
            if let Some(process) = process {
                self.exited(&process, status);
            }
        }
    }

    fn exited(self: &Arc<Self>, process: &Arc<Process>, status: i32) {
        let code = if libc::WIFEXITED(status) {
            libc::WEXITSTATUS(status) as u32
        } else {
            128 + libc::WTERMSIG(status) as u32
        };
        let container = &process.name.container_id;
        process.set_exit(ExitStatus {
            code,
            exited_at_ns: timeline::now_ns(),
            oom_killed: !container.is_empty() && self.oom_kills(container) > 0,
            exited_at_wall_ns: timeline::wall_ns(),
        });
        let agent = self.clone();
        let process = process.clone();
        tokio::spawn(async move {
            let status = process.wait().await;
            agent.events.emit(event::Event::Exited(ProcessExited {
                process: Some(process.name.clone()),
                status: Some(status),
            }));
        });
    }

    fn oom_kills(&self, container: &str) -> u64 {
        match self.container(container) {
            Ok(container) => container.oom_kills(),
            // It ends while it is being created.
            Err(_) => cgroup::oom_kills(container),
        }
    }

    /// The container `id`, which must be fully created.
    pub fn container(&self, id: &str) -> Result<Arc<Container>, Status> {
        match lock(&self.containers).get(id) {
            Some(Slot::Ready(container)) => Ok(container.clone()),
            Some(Slot::Creating) => Err(Status::failed_precondition(format!(
                "container {id:?} is still being created"
            ))),
            None => Err(Status::not_found(format!("no container {id:?}"))),
        }
    }

    /// The process that `name` means.
    pub fn process(&self, name: &ProcessRef) -> Result<Arc<Process>, Status> {
        if name.container_id.is_empty() {
            return lock(&self.vm_processes)
                .get(&name.exec_id)
                .cloned()
                .ok_or_else(|| {
                    Status::not_found(format!("no process {:?} in the VM", name.exec_id))
                });
        }
        let container = self.container(&name.container_id)?;
        if name.exec_id.is_empty() {
            return Ok(container.init.clone());
        }
        lock(&container.execs)
            .get(&name.exec_id)
            .cloned()
            .ok_or_else(|| {
                Status::not_found(format!(
                    "no process {:?} in container {:?}",
                    name.exec_id, name.container_id
                ))
            })
    }

    /// Waits until the process is known, at most 30 s.
    pub async fn await_process(&self, name: &ProcessRef) -> Result<Arc<Process>, Status> {
        self.await_process_for(name, bounds::MAX_WAIT).await
    }

    async fn await_process_for(
        &self,
        name: &ProcessRef,
        limit: Duration,
    ) -> Result<Arc<Process>, Status> {
        let mut known = self.known.subscribe();
        let search = async {
            loop {
                if let Ok(process) = self.process(name) {
                    return process;
                }
                if known.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        match tokio::time::timeout(limit, search).await {
            Ok(process) => Ok(process),
            Err(_) => self.process(name),
        }
    }

    /// All containers that are fully created.
    pub fn all_containers(&self) -> Vec<Arc<Container>> {
        lock(&self.containers)
            .values()
            .filter_map(|slot| match slot {
                Slot::Ready(container) => Some(container.clone()),
                Slot::Creating => None,
            })
            .collect()
    }
}
