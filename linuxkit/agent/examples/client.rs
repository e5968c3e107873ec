//! A small client for looking at the agent by hand: the preamble over a Unix socket, then calls.
//!
//! `client SOCKET SCRIPT...` where SCRIPT is a list of commands: `ping`, `overlay SCSI_LUN`, `rootfs PATH`,
//! `run CMD...` (ends the list), `execs N CMD`, `bytes N`. See `main`.

use std::time::{Duration, Instant};

use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tonic::transport::{Channel, Endpoint};

#[allow(clippy::all, dead_code)]
mod proto {
    include!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../proto/generated/lcow.agent.v1.rs"
    ));
}
use proto::containers_client::ContainersClient;
use proto::storage_client::StorageClient;
use proto::streams_client::StreamsClient;
use proto::vm_client::VmClient;
use proto::*;

type Error = Box<dyn std::error::Error + Send + Sync>;

async fn connect(path: &str) -> Result<Channel, Error> {
    let mut stream = loop {
        match UnixStream::connect(path).await {
            Ok(stream) => break stream,
            Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    };
    let mut hello = [0u8; 64];
    hello[..8].copy_from_slice(b"lcowHOST");
    hello[8] = 1;
    hello[16..32].copy_from_slice(&rand16());
    if std::env::var_os("LCOW_PROOF").is_some() {
        use hmac::Mac;
        let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(&[7; 32])?;
        mac.update(&hello[16..32]);
        hello[32..].copy_from_slice(&mac.finalize().into_bytes());
    }
    stream.write_all(&hello).await?;
    let mut seen = Vec::new();
    let answer = loop {
        let mut byte = [0];
        stream.read_exact(&mut byte).await?;
        seen.push(byte[0]);
        if seen.len() >= 64 {
            let tail = &seen[seen.len() - 64..];
            if tail.starts_with(b"lcowGUES") && tail[16..32] == hello[16..32] {
                break tail.to_vec();
            }
        }
    };
    if answer[12] != 0 {
        return Err(format!("refused: status {}", answer[12]).into());
    }
    eprintln!("linked after {} discarded bytes", seen.len() - 64);
    let mut stream = Some(stream);
    let channel = Endpoint::from_static("http://guest")
        .initial_stream_window_size(2 << 20)
        .initial_connection_window_size(16 << 20)
        .connect_with_connector(tower::service_fn(move |_| {
            let stream = stream.take();
            async move {
                stream
                    .map(TokioIo::new)
                    .ok_or_else(|| std::io::Error::other("gone"))
            }
        }))
        .await?;
    Ok(channel)
}

fn rand16() -> [u8; 16] {
    let mut bytes = [0; 16];
    let _ = std::fs::File::open("/dev/urandom")
        .and_then(|mut f| std::io::Read::read_exact(&mut f, &mut bytes));
    bytes
}

fn spec(args: &[String], terminal: bool) -> Vec<u8> {
    let args = args
        .iter()
        .map(|a| format!("{a:?}"))
        .collect::<Vec<_>>()
        .join(",");
    let caps = r#"["CAP_CHOWN","CAP_DAC_OVERRIDE","CAP_FOWNER","CAP_KILL","CAP_MKNOD","CAP_NET_BIND_SERVICE","CAP_SETGID","CAP_SETUID","CAP_SYS_CHROOT","CAP_AUDIT_WRITE"]"#;
    let seccomp = std::env::var("LCOW_SECCOMP")
        .ok()
        .map_or(String::new(), |path| {
            format!(
                ",\"seccomp\":{}",
                std::fs::read_to_string(path).unwrap_or_default()
            )
        });
    format!(r#"{{"ociVersion":"1.2.0","hostname":"box","root":{{"path":"rootfs"}},
"process":{{"terminal":{terminal},"user":{{"uid":0,"gid":0}},"args":[{args}],"env":["PATH=/bin:/usr/bin","TERM=xterm"],"cwd":"/",
"capabilities":{{"bounding":{caps},"effective":{caps},"permitted":{caps}}},"rlimits":[{{"type":"RLIMIT_NOFILE","soft":1024,"hard":1024}}],"noNewPrivileges":true}},
"mounts":[{{"destination":"/proc","type":"proc","source":"proc","options":["nosuid","noexec","nodev"]}},
{{"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","strictatime","mode=755","size=65536k"]}},
{{"destination":"/dev/pts","type":"devpts","source":"devpts","options":["nosuid","noexec","newinstance","ptmxmode=0666","mode=0620","gid=5"]}},
{{"destination":"/dev/shm","type":"tmpfs","source":"shm","options":["nosuid","noexec","nodev","mode=1777"]}},
{{"destination":"/sys","type":"sysfs","source":"sysfs","options":["nosuid","noexec","nodev","ro"]}},
{{"destination":"/sys/fs/cgroup","type":"cgroup","source":"cgroup","options":["nosuid","noexec","nodev","relatime","ro"]}}],
"linux":{{"namespaces":[{{"type":"pid"}},{{"type":"network"}},{{"type":"ipc"}},{{"type":"uts"}},{{"type":"mount"}},{{"type":"cgroup"}}],
"resources":{{"memory":{{"limit":134217728}},"pids":{{"limit":512}}}},
"maskedPaths":["/proc/kcore","/proc/keys"],"readonlyPaths":["/proc/sys","/proc/bus"]{seccomp}}}}}"#).into_bytes()
}

fn process(args: &[String]) -> Vec<u8> {
    let args = args
        .iter()
        .map(|a| format!("{a:?}"))
        .collect::<Vec<_>>()
        .join(",");
    let user = std::env::var("LCOW_USER").map_or(String::new(), |u| format!(",\"username\":{u:?}"));
    format!(r#"{{"user":{{"uid":0,"gid":0{user}}},"args":[{args}],"env":["PATH=/bin:/usr/bin"],"cwd":"/"}}"#).into_bytes()
}

/// Attaches and prints; gives the exit code and the number of bytes of stdout.
async fn attach(
    channel: Channel,
    name: ProcessRef,
    input: Option<Vec<u8>>,
    quiet: bool,
) -> Result<(u32, u64), Error> {
    let (send, receive) = tokio::sync::mpsc::channel(16);
    let host = |frame| HostFrame { frame: Some(frame) };
    send.send(host(host_frame::Frame::Open(AttachOpen {
        process: Some(name),
        stdout_offset: 0,
        stderr_offset: 0,
    })))
    .await?;
    let outgoing = tokio_stream::wrappers::ReceiverStream::new(receive);
    let mut frames = StreamsClient::new(channel)
        .max_decoding_message_size(4 << 20)
        .attach(outgoing)
        .await?
        .into_inner();
    let (acked, mut acks) = tokio::sync::watch::channel(0u64);
    if let Some(input) = input {
        let send = send.clone();
        tokio::spawn(async move {
            let mut offset = 0u64;
            for chunk in input.chunks(65536) {
                let end = offset + chunk.len() as u64;
                if acks
                    .wait_for(|acked| end - *acked <= 1 << 20)
                    .await
                    .is_err()
                {
                    return;
                }
                let data = Data {
                    offset,
                    bytes: chunk.to_vec().into(),
                };
                if send
                    .send(HostFrame {
                        frame: Some(host_frame::Frame::Stdin(data)),
                    })
                    .await
                    .is_err()
                {
                    return;
                }
                offset = end;
            }
            let _ = send
                .send(HostFrame {
                    frame: Some(host_frame::Frame::StdinEof(StdinEof {})),
                })
                .await;
        });
    }
    let (mut out, mut err, mut told) = (0, 0, 0);
    while let Some(frame) = frames.message().await? {
        match frame.frame {
            Some(guest_frame::Frame::Stdout(data)) => {
                assert_eq!(data.offset, out);
                out += data.bytes.len() as u64;
                if !quiet {
                    print!("{}", String::from_utf8_lossy(&data.bytes));
                }
            }
            Some(guest_frame::Frame::Stderr(data)) => {
                err += data.bytes.len() as u64;
                if !quiet {
                    eprint!("{}", String::from_utf8_lossy(&data.bytes));
                }
            }
            Some(guest_frame::Frame::StdinAck(ack)) => {
                acked.send_replace(ack.offset);
            }
            Some(guest_frame::Frame::Exit(exit)) => return Ok((exit.code, out)),
            _ => {}
        }
        if out + err - told > 256 * 1024 {
            told = out + err;
            send.send(host(host_frame::Frame::Ack(Ack {
                stdout_offset: out,
                stderr_offset: err,
            })))
            .await?;
        }
    }
    Err("the stream ended without an exit".into())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let started = Instant::now();
    let channel = connect(&args[0]).await?;
    eprintln!("link {:?}", started.elapsed());
    let mut vm = VmClient::new(channel.clone());
    let hello = vm
        .hello(HelloRequest {
            secret: vec![7; 32],
            entropy: vec![9; 32],
            wall_clock_ns: 1_800_000_000_000_000_000,
            hostname: "vm".into(),
        })
        .await?
        .into_inner();
    eprintln!(
        "hello {:?}: {} {} {} {:?} cpus {} mem {}",
        started.elapsed(),
        hello.platform,
        hello.kernel_release,
        hello.runtime,
        hello.features,
        hello.cpus,
        hello.memory_bytes
    );
    for mark in &hello.timeline {
        eprintln!("  {:>10} {:8.1} ms", mark.name, mark.at_ns as f64 / 1e6);
    }
    let mut storage = StorageClient::new(channel.clone());
    let mut containers = ContainersClient::new(channel.clone());
    let mut rootfs = "/run/lcow/c/box/rootfs".to_owned();
    let mut id = "box".to_owned();
    let mut terminal = false;
    let mut input = None;
    let mut at = 1;
    let mut exec_number = 0;
    while at < args.len() {
        let clock = Instant::now();
        let word = |n: usize| args.get(at + n).cloned().unwrap_or_default();
        match args[at].as_str() {
            "ping" => {
                vm.ping(PingRequest {}).await?;
                eprintln!("ping {:?}", clock.elapsed());
                at += 1;
            }
            "id" => {
                id = word(1);
                rootfs = format!("/run/lcow/c/{id}/rootfs");
                at += 2;
            }
            "tty" => {
                terminal = true;
                at += 1;
            }
            "input" => {
                input = Some(vec![b'x'; word(1).parse()?]);
                at += 2;
            }
            "layer" => {
                // A layer that lies in the initrd, shown under /run/lcow by a bind mount.
                storage
                    .mount(MountRequest {
                        target: "/run/lcow/base".into(),
                        source: Some(mount_request::Source::Bind(word(1))),
                        ..Default::default()
                    })
                    .await?;
                at += 2;
            }
            "overlay" => {
                let layers = vec![LayerSource {
                    source: Some(layer_source::Source::Path("/run/lcow/base".into())),
                    ..Default::default()
                }];
                storage
                    .mount_overlay(MountOverlayRequest {
                        target: rootfs.clone(),
                        layers,
                        ..Default::default()
                    })
                    .await?;
                eprintln!("overlay {:?}", clock.elapsed());
                at += 1;
            }
            "disks" => {
                let disk = |lun| DiskSource {
                    source: Some(disk_source::Source::Scsi(ScsiDisk { controller: 0, lun })),
                };
                let layers = vec![LayerSource {
                    source: Some(layer_source::Source::Disk(disk(0))),
                    ..Default::default()
                }];
                storage
                    .mount_overlay(MountOverlayRequest {
                        target: rootfs.clone(),
                        layers,
                        scratch: Some(disk(1)),
                        ..Default::default()
                    })
                    .await?;
                eprintln!("disks {:?}", clock.elapsed());
                at += 1;
            }
            "run" | "create" => {
                let command = args[at + 1..]
                    .split(|a| a == ";")
                    .next()
                    .unwrap_or(&[])
                    .to_vec();
                let stdio = Stdio {
                    terminal,
                    stdin: input.is_some() || terminal,
                    stdout: true,
                    stderr: !terminal,
                    width: 80,
                    height: 24,
                };
                let request = CreateContainerRequest {
                    id: id.clone(),
                    spec: spec(&command, terminal),
                    rootfs: rootfs.clone(),
                    stdio: Some(stdio),
                    mounts: vec![],
                };
                let pid = containers.create(request).await?.into_inner().pid;
                eprintln!("create {:?}: pid {pid}", clock.elapsed());
                let clock = Instant::now();
                let name = ProcessRef {
                    container_id: id.clone(),
                    exec_id: String::new(),
                };
                if args[at] == "run" {
                    let attached = tokio::spawn(attach(channel.clone(), name, input.take(), false));
                    containers
                        .start(StartContainerRequest { id: id.clone() })
                        .await?;
                    eprintln!("start {:?}", clock.elapsed());
                    let (code, bytes) = attached.await??;
                    eprintln!("exit {code} after {:?}, {bytes} bytes", clock.elapsed());
                } else {
                    containers
                        .start(StartContainerRequest { id: id.clone() })
                        .await?;
                    eprintln!("start {:?}", clock.elapsed());
                }
                at += 2 + command.len();
            }
            "exec" | "execs" | "many" => {
                let count: usize = if args[at] == "exec" {
                    1
                } else {
                    at += 1;
                    args[at].parse()?
                };
                let parallel = args[at - 1] == "many";
                let command = args[at + 1..]
                    .split(|a| a == ";")
                    .next()
                    .unwrap_or(&[])
                    .to_vec();
                let mut times = Vec::new();
                let mut jobs = Vec::new();
                for _ in 0..count {
                    exec_number += 1;
                    let exec_id = format!("e{exec_number}");
                    let name = ProcessRef {
                        container_id: if id == "vm" {
                            String::new()
                        } else {
                            id.clone()
                        },
                        exec_id: exec_id.clone(),
                    };
                    let stdio = Stdio {
                        terminal,
                        stdin: input.is_some() || terminal,
                        stdout: true,
                        stderr: !terminal,
                        width: 80,
                        height: 24,
                    };
                    let request = ExecRequest {
                        container_id: name.container_id.clone(),
                        exec_id,
                        process: process(&command),
                        stdio: Some(stdio),
                    };
                    let mut containers = containers.clone();
                    let (channel, input) = (channel.clone(), input.clone());
                    let job = async move {
                        let clock = Instant::now();
                        let attached =
                            tokio::spawn(attach(channel, name.clone(), input, count > 1));
                        containers.exec(request).await?;
                        let made = clock.elapsed();
                        let (code, bytes) = attached.await??;
                        let total = clock.elapsed();
                        containers
                            .delete(DeleteRequest {
                                process: Some(name),
                                force: false,
                            })
                            .await?;
                        Ok::<_, Error>((made, total, code, bytes))
                    };
                    if parallel {
                        jobs.push(tokio::spawn(job));
                    } else {
                        times.push(job.await?);
                    }
                }
                for job in jobs {
                    times.push(job.await??);
                }
                times.sort_by_key(|t| t.1);
                let middle = times[times.len() / 2];
                eprintln!(
                    "{count} execs in {:?}: median made {:?}, exit {:?}; first {:?} last {:?}; code {} bytes {}",
                    clock.elapsed(),
                    middle.0,
                    middle.1,
                    times[0].1,
                    times[times.len() - 1].1,
                    middle.2,
                    middle.3
                );
                at += 2 + command.len();
            }
            "kill" => {
                containers
                    .signal(SignalRequest {
                        process: Some(ProcessRef {
                            container_id: id.clone(),
                            exec_id: String::new(),
                        }),
                        signal: word(1).parse()?,
                        all: false,
                    })
                    .await?;
                at += 2;
            }
            "delete" => {
                let name = ProcessRef {
                    container_id: id.clone(),
                    exec_id: String::new(),
                };
                let exit = containers
                    .delete(DeleteRequest {
                        process: Some(name),
                        force: true,
                    })
                    .await?
                    .into_inner();
                eprintln!("delete {:?}: {:?}", clock.elapsed(), exit.exit);
                at += 1;
            }
            "stats" => {
                eprintln!(
                    "{:?}",
                    containers
                        .stats(StatsRequest { id: id.clone() })
                        .await?
                        .into_inner()
                );
                at += 1;
            }
            "mem" => {
                eprintln!(
                    "{:?}",
                    vm.get_memory(GetMemoryRequest {}).await?.into_inner()
                );
                at += 1;
            }
            "list" => {
                eprintln!(
                    "{:?}",
                    containers
                        .list(ListContainersRequest { image: true })
                        .await?
                        .into_inner()
                );
                at += 1;
            }
            "log" => {
                println!(
                    "{}",
                    proto::debug_client::DebugClient::new(channel.clone())
                        .kernel_log(KernelLogRequest {})
                        .await?
                        .into_inner()
                        .text
                );
                at += 1;
            }
            "shutdown" => {
                vm.shutdown(ShutdownRequest { grace_ms: 0 }).await?;
                eprintln!("shutdown {:?}", clock.elapsed());
                at += 1;
            }
            ";" => at += 1,
            other => return Err(format!("what is {other:?}?").into()),
        }
    }
    Ok(())
}
