//! Adapters: found by MAC address as they appear, named, moved into a container's namespace, given addresses and
//! routes. Names of hosts stand in `crate::names`.

pub mod interface;
mod netlink;

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::os::fd::AsRawFd;

use tonic::Status;

use crate::bounds::{self, from_io, invalid};
use crate::proto::{ConfigureLinkRequest, Link, Route};
use netlink::{Request, Socket, attributes, number};

const IFLA_ADDRESS: u16 = 1;
const IFLA_IFNAME: u16 = 3;
const IFLA_MTU: u16 = 4;
const IFLA_NET_NS_FD: u16 = 28;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
const IFA_BROADCAST: u16 = 4;
const IFA_FLAGS: u16 = 8;
const IFA_F_NODAD: u32 = 2;
const RTA_DST: u16 = 1;
const RTA_OIF: u16 = 4;
const RTA_GATEWAY: u16 = 5;
const RTA_PRIORITY: u16 = 6;
const RTPROT_STATIC: u8 = 4;
const RT_SCOPE_LINK: u8 = 253;

/// An address with its prefix length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cidr {
    address: IpAddr,
    prefix: u8,
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

fn family(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => libc::AF_INET as u8,
        IpAddr::V6(_) => libc::AF_INET6 as u8,
    }
}

fn parse_cidr(field: &str, text: &str) -> Result<Cidr, Status> {
    let parse = || {
        let (address, prefix) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let prefix: u8 = prefix.parse().ok()?;
        let limit = if address.is_ipv4() { 32 } else { 128 };
        (prefix <= limit).then_some(Cidr { address, prefix })
    };
    parse().ok_or_else(|| invalid(field, format!("{text:?} is not address/prefix")))
}

/// Six bytes of "52:54:00:12:34:56".
fn parse_mac(field: &str, text: &str) -> Result<[u8; 6], Status> {
    let mut mac = [0; 6];
    let parts: Vec<&str> = text.split([':', '-']).collect();
    let good = parts.len() == 6
        && parts.iter().zip(&mut mac).all(|(part, byte)| {
            let number = u8::from_str_radix(part, 16);
            part.bytes().all(|b| b.is_ascii_hexdigit())
                && part.len() == 2
                && number.map(|number| *byte = number).is_ok()
        });
    if good {
        Ok(mac)
    } else {
        Err(invalid(field, format!("{text:?} is not a MAC address")))
    }
}

struct Known {
    index: u32,
    mac: Vec<u8>,
    link: Link,
}

/// All links of the socket's namespace, without their addresses.
fn links(socket: &Socket) -> io::Result<Vec<Known>> {
    let mut found = Vec::new();
    socket.dump(libc::RTM_GETLINK, &[0; 16], |body| {
        let (Some(index), Some(flags), Some(rest)) =
            (number(body, 4), number(body, 8), body.get(16..))
        else {
            return;
        };
        let mut known = Known {
            index,
            mac: Vec::new(),
            link: Link {
                up: flags & libc::IFF_UP as u32 != 0,
                ..Link::default()
            },
        };
        for (kind, value) in attributes(rest) {
            match kind {
                IFLA_ADDRESS => known.mac = value.to_vec(),
                IFLA_IFNAME => {
                    let name = value.split(|byte| *byte == 0).next().unwrap_or(&[]);
                    known.link.name = String::from_utf8_lossy(name).into_owned();
                }
                IFLA_MTU => known.link.mtu = number(value, 0).unwrap_or(0),
                _ => {}
            }
        }
        let hex: Vec<String> = known.mac.iter().map(|byte| format!("{byte:02x}")).collect();
        known.link.mac_address = hex.join(":");
        found.push(known);
    })?;
    Ok(found)
}

/// Lists the links of the VM, or of the namespace of `pid`. Blocks.
pub fn list(pid: Option<i32>) -> Result<Vec<Link>, Status> {
    let failed = |error: io::Error| from_io("list links", &error);
    let socket = Socket::open_in(pid).map_err(failed)?;
    let known = links(&socket).map_err(failed)?;
    let mut addresses: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    socket
        .dump(libc::RTM_GETADDR, &[0; 8], |body| {
            let (Some(prefix), Some(index), Some(rest)) =
                (body.get(1), number(body, 4), body.get(8..))
            else {
                return;
            };
            let pick = |wanted| {
                attributes(rest)
                    .find(|(kind, _)| *kind == wanted)
                    .map(|(_, v)| v)
            };
            let value = pick(IFA_LOCAL).or_else(|| pick(IFA_ADDRESS)).unwrap_or(&[]);
            let address = match value.len() {
                4 => <[u8; 4]>::try_from(value).ok().map(IpAddr::from),
                16 => <[u8; 16]>::try_from(value).ok().map(IpAddr::from),
                _ => None,
            };
            if let Some(address) = address {
                addresses
                    .entry(index)
                    .or_default()
                    .push(format!("{address}/{prefix}"));
            }
        })
        .map_err(failed)?;
    Ok(known
        .into_iter()
        .map(|known| Link {
            addresses: addresses.remove(&known.index).unwrap_or_default(),
            ..known.link
        })
        .collect())
}

/// A request of the host, checked.
pub struct Plan {
    mac: [u8; 6],
    name: String,
    mtu: u32,
    addresses: Vec<Cidr>,
    routes: Vec<(Cidr, Option<IpAddr>, u32)>,
}

impl Plan {
    pub fn check(request: &ConfigureLinkRequest) -> Result<Self, Status> {
        bounds::count("addresses", request.addresses.len(), 16)?;
        bounds::count("routes", request.routes.len(), 64)?;
        bounds::at_most("mtu", request.mtu.into(), 65535)?;
        let name = &request.name;
        let good = (1..=15).contains(&name.len())
            && !matches!(name.as_str(), "." | ".." | "lo")
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        if !good {
            return Err(invalid(
                "name",
                format!("{name:?} is not a link's name of 1..15 bytes"),
            ));
        }
        let route = |(index, route): (usize, &Route)| {
            let field = format!("routes[{index}].destination");
            let destination = parse_cidr(&field, &route.destination)?;
            let gateway = if route.gateway.is_empty() {
                None
            } else {
                let field = format!("routes[{index}].gateway");
                let gateway: IpAddr = route.gateway.parse().map_err(|_| {
                    invalid(&field, format!("{:?} is not an address", route.gateway))
                })?;
                if gateway.is_ipv4() != destination.address.is_ipv4() {
                    return Err(invalid(&field, format!("{gateway} is of another family")));
                }
                Some(gateway)
            };
            Ok((destination, gateway, route.metric))
        };
        Ok(Self {
            mac: parse_mac("mac_address", &request.mac_address)?,
            name: name.clone(),
            mtu: request.mtu,
            addresses: request
                .addresses
                .iter()
                .enumerate()
                .map(|(index, text)| parse_cidr(&format!("addresses[{index}]"), text))
                .collect::<Result<_, _>>()?,
            routes: request
                .routes
                .iter()
                .enumerate()
                .map(route)
                .collect::<Result<_, _>>()?,
        })
    }

    /// Whether the adapter is in the VM's own namespace by now.
    pub fn appeared(&self) -> bool {
        let wanted: Vec<String> = self.mac.iter().map(|byte| format!("{byte:02x}")).collect();
        let wanted = wanted.join(":");
        std::fs::read_dir("/sys/class/net")
            .into_iter()
            .flatten()
            .flatten()
            .any(|entry| {
                std::fs::read_to_string(entry.path().join("address"))
                    .is_ok_and(|found| found.trim_end() == wanted)
            })
    }

    /// Whether the adapter is in the namespace of `pid` already.
    pub fn moved(&self, pid: Option<i32>) -> bool {
        Socket::open_in(pid)
            .and_then(|socket| links(&socket))
            .is_ok_and(|links| links.iter().any(|link| link.mac == self.mac))
    }

    /// Configures the adapter, moving it to the namespace of `pid` first. Blocks.
    pub fn apply(&self, pid: Option<i32>) -> Result<(), Status> {
        let failed = |what: &str| {
            let what = format!("configure link {:?}: {what}", self.name);
            move |error: io::Error| from_io(&what, &error)
        };
        let own = Socket::open_in(None).map_err(failed("open a socket"))?;
        let here = links(&own).map_err(failed("list links"))?;
        if let Some(link) = here.iter().find(|link| link.mac == self.mac) {
            // Down first: neither a name nor a namespace changes under a link that is up.
            let mut request = change(link.index, 0, libc::IFF_UP as u32)
                .attribute(IFLA_IFNAME, &[self.name.as_bytes(), &[0]].concat());
            let namespace = match pid {
                Some(pid) => Some(
                    std::fs::File::open(format!("/proc/{pid}/ns/net"))
                        .map_err(failed("open the namespace"))?,
                ),
                None => None,
            };
            if let Some(namespace) = &namespace {
                own.change(change(link.index, 0, libc::IFF_UP as u32))
                    .map_err(failed("take it down"))?;
                request = request.number(IFLA_NET_NS_FD, namespace.as_raw_fd() as u32);
            }
            own.change(request).map_err(failed("name and move it"))?;
        } else if pid.is_none() {
            return Err(Status::not_found(format!(
                "no adapter with the address {:02x?}",
                self.mac
            )));
        }
        let socket = match pid {
            Some(_) => Socket::open_in(pid).map_err(failed("open a socket"))?,
            None => own,
        };
        let index = links(&socket)
            .map_err(failed("list links"))?
            .into_iter()
            .find(|link| link.mac == self.mac)
            .ok_or_else(|| {
                Status::not_found(format!("link {:?} is not in the container", self.name))
            })?
            .index;
        if self.mtu > 0 {
            let request = change(index, 0, 0).number(IFLA_MTU, self.mtu);
            socket
                .change(request)
                .map_err(failed(&format!("mtu {}", self.mtu)))?;
        }
        for cidr in &self.addresses {
            socket
                .change(address(index, *cidr))
                .map_err(failed(&format!("address {}/{}", cidr.address, cidr.prefix)))?;
        }
        let up = libc::IFF_UP as u32;
        socket
            .change(change(index, up, up))
            .map_err(failed("bring it up"))?;
        for (destination, gateway, metric) in &self.routes {
            let described = format!("route to {}/{}", destination.address, destination.prefix);
            let request = || route(index, *destination, *gateway, *metric);
            match (socket.change(request()), gateway) {
                (Ok(()), _) => {}
                // A gateway outside of every network of the link: it is made reachable first.
                (Err(error), Some(gateway))
                    if matches!(
                        error.raw_os_error(),
                        Some(libc::ENETUNREACH | libc::EHOSTUNREACH)
                    ) =>
                {
                    let host = Cidr {
                        address: *gateway,
                        prefix: if gateway.is_ipv4() { 32 } else { 128 },
                    };
                    socket
                        .change(route(index, host, None, *metric))
                        .and_then(|()| socket.change(request()))
                        .map_err(failed(&described))?;
                }
                (Err(error), _) => return Err(failed(&described)(error)),
            }
        }
        Ok(())
    }
}

/// RTM_NEWLINK of an existing link: flags under `mask`.
fn change(index: u32, flags: u32, mask: u32) -> Request {
    let mut body = [0; 16];
    body[4..8].copy_from_slice(&index.to_ne_bytes());
    body[8..12].copy_from_slice(&flags.to_ne_bytes());
    body[12..16].copy_from_slice(&mask.to_ne_bytes());
    Request::new(libc::RTM_NEWLINK, 0, &body)
}

fn address(index: u32, cidr: Cidr) -> Request {
    let mut body = [family(cidr.address), cidr.prefix, 0, 0, 0, 0, 0, 0];
    body[4..].copy_from_slice(&index.to_ne_bytes());
    let bytes = octets(cidr.address);
    let request = Request::new(
        libc::RTM_NEWADDR,
        libc::NLM_F_CREATE | libc::NLM_F_REPLACE,
        &body,
    )
    .attribute(IFA_LOCAL, &bytes)
    .attribute(IFA_ADDRESS, &bytes);
    match cidr.address {
        IpAddr::V4(v4) if cidr.prefix < 31 => {
            let host = u32::MAX.checked_shr(cidr.prefix.into()).unwrap_or(0);
            request.attribute(IFA_BROADCAST, &(u32::from(v4) | host).to_be_bytes())
        }
        IpAddr::V4(_) => request,
        // The host gave the address away; nobody else answers for it, so nobody is asked.
        IpAddr::V6(_) => request.number(IFA_FLAGS, IFA_F_NODAD),
    }
}

fn route(index: u32, destination: Cidr, gateway: Option<IpAddr>, metric: u32) -> Request {
    let scope = if gateway.is_some() { 0 } else { RT_SCOPE_LINK };
    let body = [
        family(destination.address),
        destination.prefix,
        0,
        0,
        libc::RT_TABLE_MAIN,
        RTPROT_STATIC,
        scope,
        libc::RTN_UNICAST,
        0,
        0,
        0,
        0,
    ];
    let mut request = Request::new(
        libc::RTM_NEWROUTE,
        libc::NLM_F_CREATE | libc::NLM_F_REPLACE,
        &body,
    )
    .number(RTA_OIF, index);
    if destination.prefix > 0 {
        request = request.attribute(RTA_DST, &octets(destination.address));
    }
    if let Some(gateway) = gateway {
        request = request.attribute(RTA_GATEWAY, &octets(gateway));
    }
    if metric > 0 {
        request = request.number(RTA_PRIORITY, metric);
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_macs_are_checked() {
        assert_eq!(
            parse_mac("mac", "52:54:00:12:34:5f").expect("a mac"),
            [0x52, 0x54, 0, 0x12, 0x34, 0x5f]
        );
        for bad in [
            "",
            "52:54:00:12:34",
            "52:54:00:12:34:5g",
            "5:54:00:12:34:56",
            "+1:54:00:12:34:56",
        ] {
            assert!(parse_mac("mac", bad).is_err(), "{bad}");
        }
        assert_eq!(parse_cidr("a", "10.0.0.2/24").expect("v4").prefix, 24);
        assert_eq!(parse_cidr("a", "fd00::2/64").expect("v6").prefix, 64);
        for bad in ["10.0.0.2", "10.0.0.2/33", "x/8", "fd00::/129"] {
            assert!(parse_cidr("a", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_plan_names_the_field_it_refuses() {
        let request = ConfigureLinkRequest {
            mac_address: "52:54:00:12:34:56".into(),
            name: "eth0".into(),
            routes: vec![Route {
                destination: "0.0.0.0/0".into(),
                gateway: "fd00::1".into(),
                metric: 0,
            }],
            ..ConfigureLinkRequest::default()
        };
        let Err(status) = Plan::check(&request) else {
            panic!("accepted")
        };
        assert!(status.message().starts_with("routes[0].gateway"));
        let request = ConfigureLinkRequest {
            name: "a/b".into(),
            ..request
        };
        assert!(Plan::check(&request).is_err());
    }
}
