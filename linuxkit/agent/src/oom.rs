//! Out of memory: the kernel modifies a group's memory.events, inotify says so, the host hears of new kills.

use std::collections::HashMap;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex};

use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify, WatchDescriptor};
use tokio::io::Interest;

use crate::agent::{Agent, lock};
use crate::proto::{OutOfMemory, event};
use crate::{cgroup, spec};

pub struct Watch {
    inotify: Inotify,
    watched: Mutex<HashMap<WatchDescriptor, (String, u64)>>,
}

impl Watch {
    pub fn new() -> std::io::Result<Self> {
        Ok(Self {
            inotify: Inotify::init(InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK)?,
            watched: Mutex::default(),
        })
    }

    /// Watches container `id`; the kernel ends the watch when the group goes.
    pub fn add(&self, id: &str) {
        let path = format!("{}/memory.events", spec::cgroup_folder(id));
        if let Ok(watch) = self
            .inotify
            .add_watch(path.as_str(), AddWatchFlags::IN_MODIFY)
        {
            lock(&self.watched).insert(watch, (id.to_owned(), 0));
        }
    }

    /// Forgets container `id`.
    pub fn forget(&self, id: &str) {
        let mut watched = lock(&self.watched);
        if let Some(watch) = watched
            .iter()
            .find_map(|(watch, (name, _))| (name == id).then_some(*watch))
        {
            watched.remove(&watch);
            let _ = self.inotify.rm_watch(watch);
        }
    }

    fn changed(&self) -> Vec<OutOfMemory> {
        let mut kills = Vec::new();
        for change in self.inotify.read_events().unwrap_or_default() {
            let mut watched = lock(&self.watched);
            if let Some((id, seen)) = watched.get_mut(&change.wd) {
                let count = cgroup::oom_kills(id);
                if count > *seen {
                    *seen = count;
                    kills.push(OutOfMemory {
                        container_id: id.clone(),
                        oom_kills: count,
                    });
                }
            }
        }
        kills
    }
}

/// Turns changes into events for as long as the agent lives.
pub async fn run(agent: Arc<Agent>) -> std::io::Result<()> {
    let fd = crate::readiness::of(
        agent.oom.inotify.as_fd().try_clone_to_owned()?,
        Interest::READABLE,
    )?;
    loop {
        let mut guard = fd.readable().await?;
        guard.clear_ready();
        for kill in agent.oom.changed() {
            agent.events.emit(event::Event::Oom(kill));
        }
    }
}
