//! Links that a LinuxKit bundle asks for: made, or moved into its container's network namespace.

use std::io;

use super::netlink::{Request, Socket};
use super::{IFLA_IFNAME, links};
use crate::image::runtime::Interface;

const IFLA_LINKINFO: u16 = 18;
const IFLA_NET_NS_PID: u16 = 19;
const IFLA_INFO_KIND: u16 = 1;
const IFLA_INFO_DATA: u16 = 2;
const VETH_INFO_PEER: u16 = 1;

/// What is to be done of it, in order.
#[derive(Debug, PartialEq, Eq)]
struct Steps<'a> {
    /// Its kind, and whether it is made in the container's namespace at once.
    make: Option<(&'a str, bool)>,
    shift: bool,
}

fn steps(link: &Interface) -> Steps<'_> {
    let kind = match link.add.as_str() {
        "" if !link.peer.is_empty() => "veth",
        kind => kind,
    };
    let here = link.create_in_root || kind == "veth";
    Steps {
        make: (!kind.is_empty()).then_some((kind, !here)),
        shift: kind.is_empty() || here,
    }
}

/// Gives the container of `pid` the link. Blocks.
pub fn give(pid: i32, link: &Interface) -> io::Result<()> {
    let socket = Socket::open_in(None)?;
    let steps = steps(link);
    if let Some((kind, inside)) = steps.make {
        let request = make(link, kind);
        socket.change(if inside {
            request.number(IFLA_NET_NS_PID, pid as u32)
        } else {
            request
        })?;
    }
    if steps.shift {
        let index = links(&socket)?
            .into_iter()
            .find(|known| known.link.name == link.name)
            .map(|known| known.index)
            .ok_or_else(|| io::Error::from_raw_os_error(libc::ENODEV))?;
        socket.change(super::change(index, 0, 0).number(IFLA_NET_NS_PID, pid as u32))?;
    }
    Ok(())
}

/// RTM_NEWLINK of a new link.
fn make(link: &Interface, kind: &str) -> Request {
    let mut about = attribute(IFLA_INFO_KIND, kind.as_bytes());
    if kind == "veth" {
        // A peer is described by a head like the link's own and its attributes.
        let mut peer = vec![0; 16];
        peer.extend(attribute(IFLA_IFNAME, &terminated(&link.peer)));
        about.extend(attribute(IFLA_INFO_DATA, &attribute(VETH_INFO_PEER, &peer)));
    }
    Request::new(
        libc::RTM_NEWLINK,
        libc::NLM_F_CREATE | libc::NLM_F_EXCL,
        &[0; 16],
    )
    .attribute(IFLA_IFNAME, &terminated(&link.name))
    .attribute(IFLA_LINKINFO, &about)
}

fn terminated(name: &str) -> Vec<u8> {
    let mut bytes = name.as_bytes().to_vec();
    bytes.push(0);
    bytes
}

/// One attribute, padded, to be put in another.
fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = ((4 + value.len()) as u16).to_ne_bytes().to_vec();
    bytes.extend_from_slice(&kind.to_ne_bytes());
    bytes.extend_from_slice(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(add: &str, peer: &str, create_in_root: bool) -> Interface {
        Interface {
            name: "a0".to_owned(),
            add: add.to_owned(),
            peer: peer.to_owned(),
            create_in_root,
        }
    }

    #[test]
    fn links_are_made_inside_or_made_here_and_moved_or_only_moved() {
        let (made, moved) = (|inside| Some(("dummy", inside)), true);
        let of = |link: Interface| {
            let steps = steps(&link);
            (
                steps.make.map(|(kind, inside)| (kind.to_owned(), inside)),
                steps.shift,
            )
        };
        let own = |kind: Option<(&str, bool)>| kind.map(|(kind, inside)| (kind.to_owned(), inside));
        assert_eq!(of(link("dummy", "", false)), (own(made(true)), false));
        assert_eq!(of(link("dummy", "", true)), (own(made(false)), moved));
        assert_eq!(
            of(link("", "b0", false)),
            (own(Some(("veth", false))), moved)
        );
        assert_eq!(of(link("", "", false)), (None, moved));
    }

    #[test]
    fn attributes_within_attributes_are_padded() {
        assert_eq!(attribute(1, b"veth"), [8, 0, 1, 0, b'v', b'e', b't', b'h']);
        assert_eq!(attribute(3, b"a\0"), [6, 0, 3, 0, b'a', 0, 0, 0]);
    }
}
