//! One process that the host knows: its pid, its streams, its exit. A container's init and an exec are the same
//! thing here.

use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tonic::Status;

use crate::bounds::{from_io, internal};
use crate::proto::{ExitStatus, ProcessRef, Stdio};
use crate::stdio::{Input, Output};
use crate::zygote;

/// How long an exit waits for output that nobody takes before it is told without it.
const STALL: Duration = Duration::from_secs(5);

pub struct Process {
    pub name: ProcessRef,
    pub stdio: Stdio,
    pub stdin: Option<Arc<Input>>,
    pub stdout: Option<Arc<Output>>,
    pub stderr: Option<Arc<Output>>,
    pid: AtomicI32,
    /// Set when the process was reaped.
    exit: watch::Sender<Option<ExitStatus>>,
    exited: watch::Sender<bool>,
    /// How many output streams may still grow.
    open_outputs: watch::Sender<usize>,
    terminal: Mutex<Option<Arc<AsyncFd<OwnedFd>>>>,
    tasks: Mutex<Vec<AbortHandle>>,
    /// Counts attachments; a newer one ends the older.
    attachments: watch::Sender<u64>,
    attached: AtomicU64,
}

/// The ends that a worker gets: standard streams, or nothing with a terminal.
pub struct ChildEnds {
    pub fds: Vec<OwnedFd>,
    ours: Ours,
}

struct Ours {
    stdin: Option<OwnedFd>,
    stdout: Option<OwnedFd>,
    stderr: Option<OwnedFd>,
}

impl Process {
    pub fn new(name: ProcessRef, stdio: Stdio) -> Arc<Self> {
        let terminal = stdio.terminal;
        Arc::new(Self {
            name,
            stdin: stdio.stdin.then(Arc::default),
            stdout: stdio.stdout.then(Arc::default),
            stderr: (stdio.stderr && !terminal).then(Arc::default),
            stdio,
            pid: AtomicI32::new(0),
            exit: watch::Sender::new(None),
            exited: watch::Sender::new(false),
            open_outputs: watch::Sender::new(0),
            terminal: Mutex::new(None),
            tasks: Mutex::new(Vec::new()),
            attachments: watch::Sender::new(0),
            attached: AtomicU64::new(0),
        })
    }

    /// Makes the pipes; owned by `uid`, so that a process may open /dev/stdout again.
    pub fn make_pipes(&self, uid: u32) -> Result<ChildEnds, Status> {
        let mut ends = ChildEnds {
            fds: Vec::new(),
            ours: Ours {
                stdin: None,
                stdout: None,
                stderr: None,
            },
        };
        if self.stdio.terminal {
            return Ok(ends);
        }
        let pipe = || zygote::pipe().map_err(|error| from_io("make a pipe", &error));
        let null = || {
            std::fs::OpenOptions::new()
                .read(true)
                .write(true)
                .open("/dev/null")
                .map(OwnedFd::from)
                .map_err(|error| from_io("open /dev/null", &error))
        };
        if self.stdin.is_some() {
            let (read, write) = pipe()?;
            ends.fds.push(read);
            ends.ours.stdin = Some(write);
        } else {
            ends.fds.push(null()?);
        }
        for (wanted, slot) in [
            (self.stdout.is_some(), &mut ends.ours.stdout),
            (self.stderr.is_some(), &mut ends.ours.stderr),
        ] {
            if wanted {
                let (read, write) = pipe()?;
                ends.fds.push(write);
                *slot = Some(read);
            } else {
                ends.fds.push(null()?);
            }
        }
        if uid != 0 {
            for fd in &ends.fds {
                // SAFETY: fchown on an open descriptor; /dev/null refuses nothing that matters.
                let is_pipe = unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_GETPIPE_SZ) } >= 0;
                if is_pipe {
                    // SAFETY: as above.
                    unsafe { libc::fchown(fd.as_raw_fd(), uid, u32::MAX) };
                }
            }
        }
        Ok(ends)
    }

    /// Starts the pumps once the process exists.
    pub fn run(
        self: &Arc<Self>,
        pid: i32,
        ends: ChildEnds,
        master: Option<OwnedFd>,
    ) -> Result<(), Status> {
        self.pid.store(pid, Ordering::Release);
        let wrap = |fd: OwnedFd| {
            // SAFETY: fcntl on an open descriptor.
            unsafe {
                let flags = libc::fcntl(fd.as_raw_fd(), libc::F_GETFL);
                libc::fcntl(fd.as_raw_fd(), libc::F_SETFL, flags | libc::O_NONBLOCK);
            }
            crate::readiness::of(fd, Interest::READABLE | Interest::WRITABLE)
                .map(Arc::new)
                .map_err(|error| internal("watch a stream", error))
        };
        let (stdin, stdout, stderr) = match master {
            Some(master) => {
                let master = wrap(master)?;
                self.keep_terminal(master.clone());
                // A terminal's output is read even when nobody wants it: its process must not block.
                (Some(master.clone()), Some(master), None)
            }
            None => {
                let Ours {
                    stdin,
                    stdout,
                    stderr,
                } = ends.ours;
                (
                    stdin.map(&wrap).transpose()?,
                    stdout.map(&wrap).transpose()?,
                    stderr.map(&wrap).transpose()?,
                )
            }
        };
        if let (Some(input), Some(fd)) = (&self.stdin, stdin) {
            self.spawn(input.clone().pump(fd));
        }
        for (output, fd) in [(&self.stdout, stdout), (&self.stderr, stderr)] {
            if let (Some(output), Some(fd)) = (output, fd) {
                self.open_outputs.send_modify(|open| *open += 1);
                let process = self.clone();
                let drained = move || process.open_outputs.send_modify(|open| *open -= 1);
                self.spawn(output.clone().pump(fd, self.exited.subscribe(), drained));
            }
        }
        Ok(())
    }

    fn keep_terminal(&self, master: Arc<AsyncFd<OwnedFd>>) {
        *self.terminal.lock().unwrap_or_else(|e| e.into_inner()) = Some(master);
        if self.stdio.width > 0 && self.stdio.height > 0 {
            let _ = self.resize(self.stdio.width, self.stdio.height);
        }
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let handle = tokio::spawn(task).abort_handle();
        self.tasks
            .lock()
            .unwrap_or_else(|e| e.into_inner())
            .push(handle);
    }

    pub fn pid(&self) -> i32 {
        self.pid.load(Ordering::Acquire)
    }

    /// The exit, when the process was reaped, drained or not.
    pub fn reaped(&self) -> Option<ExitStatus> {
        *self.exit.borrow()
    }

    /// The process was reaped with this status.
    pub fn set_exit(&self, status: ExitStatus) {
        self.exit.send_replace(Some(status));
        self.exited.send_replace(true);
        if let Some(stdin) = &self.stdin {
            stdin.close();
        }
    }

    /// Waits for the exit with no output left to come, without a limit.
    pub async fn wait_drained(&self) -> ExitStatus {
        let status = self.wait_reaped().await;
        let _ = self
            .open_outputs
            .subscribe()
            .wait_for(|open| *open == 0)
            .await;
        status
    }

    async fn wait_reaped(&self) -> ExitStatus {
        match self.exit.subscribe().wait_for(Option::is_some).await {
            Ok(status) => (*status).unwrap_or_default(),
            Err(_) => ExitStatus::default(),
        }
    }

    /// Waits for the exit as it is told to the host: with all output in the window, or when that has not moved
    /// for five seconds because nobody takes it.
    pub async fn wait(&self) -> ExitStatus {
        let status = self.wait_reaped().await;
        let mut open = self.open_outputs.subscribe();
        let mut seen = self.taken();
        loop {
            match tokio::time::timeout(STALL, open.wait_for(|open| *open == 0)).await {
                Ok(_) => return status,
                Err(_) if self.taken() == seen => return status,
                Err(_) => seen = self.taken(),
            }
        }
    }

    fn taken(&self) -> u64 {
        [&self.stdout, &self.stderr]
            .into_iter()
            .flatten()
            .map(|output| output.window().end())
            .sum()
    }

    /// Sets the terminal's size.
    pub fn resize(&self, width: u32, height: u32) -> Result<(), Status> {
        let (Ok(columns), Ok(rows)) = (u16::try_from(width), u16::try_from(height)) else {
            return Err(Status::invalid_argument(format!(
                "width, height: {width} x {height}, at most 65535"
            )));
        };
        let terminal = self.terminal.lock().unwrap_or_else(|e| e.into_inner());
        let Some(terminal) = terminal.as_ref() else {
            return Err(Status::failed_precondition("the process has no terminal"));
        };
        let size = libc::winsize {
            ws_row: rows,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        // SAFETY: an ioctl on an open terminal with a valid argument.
        if unsafe {
            libc::ioctl(
                terminal.get_ref().as_raw_fd(),
                libc::TIOCSWINSZ,
                &raw const size,
            )
        } < 0
        {
            return Err(from_io(
                "resize the terminal",
                &std::io::Error::last_os_error(),
            ));
        }
        Ok(())
    }

    /// Ends the older attachment; the receiver tells when this one is ended by a newer.
    pub fn attach(&self) -> (u64, watch::Receiver<u64>) {
        let number = self.attached.fetch_add(1, Ordering::AcqRel) + 1;
        self.attachments.send_replace(number);
        (number, self.attachments.subscribe())
    }

    /// Ends the pumps and closes the streams.
    pub fn dispose(&self) {
        for task in self
            .tasks
            .lock()
            .unwrap_or_else(|e| e.into_inner())
            .drain(..)
        {
            task.abort();
        }
        *self.terminal.lock().unwrap_or_else(|e| e.into_inner()) = None;
    }
}
