//! Service Vm: identity, time, entropy, memory, the end.

use std::fs;
use std::time::Duration;

use tonic::{Request, Response, Status, async_trait};

use super::Handler;
use crate::bounds::{self, from_io, invalid};
use crate::link::preamble::Secret;
use crate::proto::{
    AddEntropyRequest, AddEntropyResponse, GetMemoryRequest, GetMemoryResponse, GetTimelineRequest,
    GetTimelineResponse, HelloRequest, HelloResponse, PingRequest, PingResponse, ResumeRequest,
    ResumeResponse, SetTimeRequest, SetTimeResponse, ShutdownRequest, ShutdownResponse,
    vm_server::Vm,
};
use crate::{boot, cgroup, image, kernel_features, names, shutdown, timeline};

const RUNTIME: &str = "libcontainer 0.7.0";

#[async_trait]
impl Vm for Handler {
    async fn hello(
        &self,
        request: Request<HelloRequest>,
    ) -> Result<Response<HelloResponse>, Status> {
        let request = request.into_inner();
        let secret = secret(&request.secret)?;
        if self.secret().is_some_and(|known| known != secret) {
            return Err(Status::failed_precondition(
                "secret: the VM has another (use Resume)",
            ));
        }
        check_entropy(&request.entropy, 32)?;
        if !request.hostname.is_empty() && image::hostname().is_none() {
            names::set_hostname(&request.hostname)?;
        }
        add_entropy(&request.entropy)?;
        if request.wall_clock_ns != 0 {
            set_time(request.wall_clock_ns)?;
        }
        self.set_secret(secret);
        timeline::mark("hello");
        Ok(Response::new(HelloResponse {
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            kernel_release: line("/proc/sys/kernel/osrelease"),
            platform: self.platform.name().to_owned(),
            runtime: RUNTIME.to_owned(),
            timeline: timeline::marks(),
            features: features(&self.modules.groups()),
            missing: if boot::added() {
                kernel_features::missing(self.platform, &self.modules.groups())
            } else {
                Vec::new()
            },
            cpus: cpus(),
            memory_bytes: meminfo("MemTotal:"),
            // The kernel makes it when it is first read, and every clone of a template would have the same.
            boot_id: if request.template {
                String::new()
            } else {
                line("/proc/sys/kernel/random/boot_id")
            },
            now_ns: timeline::now_ns(),
        }))
    }

    async fn ping(&self, _: Request<PingRequest>) -> Result<Response<PingResponse>, Status> {
        Ok(Response::new(PingResponse {
            now_ns: timeline::now_ns(),
        }))
    }

    async fn set_time(
        &self,
        request: Request<SetTimeRequest>,
    ) -> Result<Response<SetTimeResponse>, Status> {
        set_time(request.into_inner().wall_clock_ns)?;
        Ok(Response::new(SetTimeResponse {}))
    }

    async fn add_entropy(
        &self,
        request: Request<AddEntropyRequest>,
    ) -> Result<Response<AddEntropyResponse>, Status> {
        let entropy = request.into_inner().entropy;
        check_entropy(&entropy, 1)?;
        add_entropy(&entropy)?;
        Ok(Response::new(AddEntropyResponse {}))
    }

    async fn resume(
        &self,
        request: Request<ResumeRequest>,
    ) -> Result<Response<ResumeResponse>, Status> {
        let request = request.into_inner();
        let secret = secret(&request.secret)?;
        check_entropy(&request.entropy, 32)?;
        let machine_id = &request.machine_id;
        let plain = machine_id.len() == 32 && machine_id.bytes().all(|b| b.is_ascii_hexdigit());
        if !machine_id.is_empty() && !plain {
            return Err(invalid(
                "machine_id",
                format!("{machine_id:?} is not 32 hex digits"),
            ));
        }
        add_entropy(&request.entropy)?;
        if request.wall_clock_ns != 0 {
            set_time(request.wall_clock_ns)?;
        }
        if !request.hostname.is_empty() {
            names::set_hostname(&request.hostname)?;
        }
        if !machine_id.is_empty() {
            fs::create_dir_all("/etc")
                .and_then(|()| fs::write("/etc/machine-id", format!("{machine_id}\n")))
                .map_err(|error| from_io("write /etc/machine-id", &error))?;
        }
        self.set_secret(secret);
        timeline::mark("resume");
        Ok(Response::new(ResumeResponse {
            now_ns: timeline::now_ns(),
            boot_id: line("/proc/sys/kernel/random/boot_id"),
        }))
    }

    async fn get_timeline(
        &self,
        _: Request<GetTimelineRequest>,
    ) -> Result<Response<GetTimelineResponse>, Status> {
        Ok(Response::new(GetTimelineResponse {
            now_ns: timeline::now_ns(),
            marks: timeline::marks(),
        }))
    }

    async fn get_memory(
        &self,
        _: Request<GetMemoryRequest>,
    ) -> Result<Response<GetMemoryResponse>, Status> {
        Ok(Response::new(GetMemoryResponse {
            total_bytes: meminfo("MemTotal:"),
            available_bytes: meminfo("MemAvailable:"),
            some_avg10: cgroup::pressure("/proc/pressure/memory", "some"),
            full_avg10: cgroup::pressure("/proc/pressure/memory", "full"),
        }))
    }

    async fn shutdown(
        &self,
        request: Request<ShutdownRequest>,
    ) -> Result<Response<ShutdownResponse>, Status> {
        let grace = shutdown::grace(request.into_inner().grace_ms)?;
        let agent = (**self).clone();
        tokio::spawn(async move {
            // The reply goes out first: it is written by the session's task, which this one lets run.
            tokio::time::sleep(Duration::from_millis(5)).await;
            shutdown::power_off(agent, grace).await;
        });
        Ok(Response::new(ShutdownResponse {}))
    }
}

fn secret(bytes: &[u8]) -> Result<Secret, Status> {
    bytes
        .try_into()
        .map_err(|_| invalid("secret", format!("{} bytes, expected 32", bytes.len())))
}

fn check_entropy(bytes: &[u8], least: usize) -> Result<(), Status> {
    if (least..=512).contains(&bytes.len()) {
        Ok(())
    } else {
        Err(invalid(
            "entropy",
            format!("{} bytes, {least}..512", bytes.len()),
        ))
    }
}

/// RNDADDENTROPY credits the bytes; RNDRESEEDCRNG makes the generator use them at once.
fn add_entropy(bytes: &[u8]) -> Result<(), Status> {
    use std::os::fd::AsRawFd;
    #[repr(C)]
    struct Pool {
        bits: libc::c_int,
        length: libc::c_int,
        bytes: [u8; 512],
    }
    const RNDADDENTROPY: libc::c_ulong = 0x4008_5203;
    const RNDRESEEDCRNG: libc::c_ulong = 0x5207;
    let mut pool = Pool {
        bits: bytes.len() as libc::c_int * 8,
        length: bytes.len() as libc::c_int,
        bytes: [0; 512],
    };
    pool.bytes[..bytes.len()].copy_from_slice(bytes);
    let random = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/urandom")
        .map_err(|error| from_io("open /dev/urandom", &error))?;
    // SAFETY: ioctls on an open device; `pool` has the layout of struct rand_pool_info and outlives the call.
    unsafe {
        if libc::ioctl(random.as_raw_fd(), RNDADDENTROPY, &raw const pool) < 0 {
            return Err(from_io("add entropy", &std::io::Error::last_os_error()));
        }
        // Refused (EINVAL, ENODATA) only before the generator is ready, when it is about to take the bytes anyway.
        libc::ioctl(random.as_raw_fd(), RNDRESEEDCRNG);
    }
    Ok(())
}

fn set_time(wall_clock_ns: i64) -> Result<(), Status> {
    if wall_clock_ns <= 0 {
        return Err(invalid(
            "wall_clock_ns",
            format!("{wall_clock_ns}, must be positive"),
        ));
    }
    let time = libc::timespec {
        tv_sec: wall_clock_ns / 1_000_000_000,
        tv_nsec: wall_clock_ns % 1_000_000_000,
    };
    // SAFETY: a valid timespec for the duration of the call.
    if unsafe { libc::clock_settime(libc::CLOCK_REALTIME, &time) } < 0 {
        return Err(bounds::internal(
            "set the clock",
            std::io::Error::last_os_error(),
        ));
    }
    Ok(())
}

/// A file's first line.
fn line(path: &str) -> String {
    fs::read_to_string(path)
        .unwrap_or_default()
        .lines()
        .next()
        .unwrap_or("")
        .to_owned()
}

fn cpus() -> u32 {
    // SAFETY: sysconf takes a number and touches no memory of ours.
    let count = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
    u32::try_from(count).unwrap_or(1)
}

/// A line of /proc/meminfo in bytes.
fn meminfo(key: &str) -> u64 {
    fs::read_to_string("/proc/meminfo")
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix(key))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or(0)
        * 1024
}

/// What the kernel has now plus what the image's modules can add.
fn features(groups: &[String]) -> Vec<String> {
    let filesystems = fs::read_to_string("/proc/filesystems").unwrap_or_default();
    let has = |name: &str| {
        filesystems
            .lines()
            .any(|line| line.split_whitespace().next_back() == Some(name))
    };
    let mut found: Vec<String> = [
        "9p", "ext4", "erofs", "overlay", "squashfs", "xfs", "pmem", "net", "scsi", "vsock",
    ]
    .into_iter()
    .filter(|name| groups.iter().any(|group| group == name) || has(name))
    .map(str::to_owned)
    .collect();
    found.push("seccomp".to_owned());
    found
}
