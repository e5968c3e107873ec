//! `lcow-agent`: PID 1 of a utility VM. It boots the guest, dials the host, and is the gRPC server of
//! proto/agent.proto on the stream that it dialled. Not a shell, not a service manager.

mod agent;
mod boot;
mod bounds;
mod carry;
mod cgroup;
mod container;
mod container_init;
mod devices;
mod events;
mod image;
mod kernel_features;
mod link;
mod log;
mod lookup;
mod modules;
mod names;
mod network;
mod nodes;
mod oom;
mod process;
mod processes;
mod readiness;
mod ring;
mod shutdown;
mod spawn;
mod spec;
mod stdio;
mod storage;
mod sysctl;
mod timeline;
mod uevent;
mod user;

mod zygote;

#[allow(clippy::all, clippy::pedantic, missing_docs)]
mod proto {
    include!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../proto/generated/lcow.agent.v1.rs"
    ));
}
mod services;

use std::sync::Arc;

fn main() {
    if container_init::called(std::env::args().next().as_deref()) {
        std::process::exit(container_init::run());
    }
    timeline::mark("init");
    // SAFETY: getpid cannot fail.
    if unsafe { libc::getpid() } != 1 {
        std::process::exit(helper());
    }
    if let Err(error) = run() {
        error!("cannot go on: {error}");
    }
    // SAFETY: the end of PID 1 would be a panic; powering off is the orderly form of it.
    unsafe {
        libc::sync();
        libc::reboot(libc::RB_POWER_OFF);
    }
}

/// What the binary does when it is not PID 1: the kernel's orderly power-off calls it as `/init poweroff`.
fn helper() -> i32 {
    match std::env::args().nth(1).as_deref() {
        Some("poweroff") => {
            // SAFETY: a signal to PID 1.
            unsafe { libc::kill(1, libc::SIGPWR) }
        }
        Some("--version") => {
            println!("lcow-agent {}", env!("CARGO_PKG_VERSION"));
            0
        }
        _ => {
            eprintln!("lcow-agent is PID 1 of an lcow utility VM and does nothing elsewhere");
            64
        }
    }
}

fn run() -> std::io::Result<()> {
    let booted = boot::boot()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(16)
        .thread_stack_size(512 * 1024)
        .build()?;
    runtime.block_on(serve(booted))
}

async fn serve(booted: boot::Booted) -> std::io::Result<()> {
    let signals = shutdown::Signals::block()?;
    let route = link::route(&booted.uevents);
    let modules = Arc::new(booted.modules);
    if matches!(route, link::Route::Vsock) {
        modules.load("vsock");
    }
    let devices = booted.uevents.spawn()?;
    let agent = agent::Agent::new(booted.platform, modules, devices, booted.zygote)?;
    timeline::mark("agent");
    let linked = agent.clone();
    tokio::spawn(async move {
        loop {
            // A panic ends one task, not PID 1: the link is simply started again.
            let _ = tokio::spawn(link::run(linked.clone(), route.clone())).await;
        }
    });
    tokio::spawn(oom::run(agent.clone()));
    if image::present() {
        image::begin(&agent);
    }
    loop {
        for signal in signals.next().await? {
            match signal {
                libc::SIGCHLD => agent.reap(),
                libc::SIGINT => shutdown::requested(&agent, "Ctrl-Alt-Del"),
                _ => shutdown::requested(&agent, "a signal"),
            }
        }
    }
}
